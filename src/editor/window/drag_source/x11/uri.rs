//! The name of a file as other programs are told it: a list of URIs (RFC 2483, RFC 8089).

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};
use std::{io, os::unix::ffi::OsStrExt as _, path::Path};

/// What stands for itself in the path of a URI whatever reads it is all but this (RFC 3986, unreserved).
const ENCODED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~').remove(b'/');

/// A `text/uri-list` of `file` alone. Its bytes are encoded as they are, whether or not they are UTF-8.
///
/// # Errors
/// If the path is not absolute and there is no current folder.
pub(super) fn list(file: &Path) -> io::Result<String> {
    let path = std::path::absolute(file)?;
    Ok(format!("file://{}\r\n", percent_encode(path.as_os_str().as_bytes(), &ENCODED)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::OsStr;

    fn uri(file: impl AsRef<OsStr>) -> String {
        list(Path::new(file.as_ref())).unwrap_or_else(|error| panic!("{error}"))
    }

    #[test]
    fn a_plain_path_stays_as_it_is_and_ends_its_line() {
        assert_eq!(
            uri("/home/me/Music/Unbraid/Drums-1_a.b~.wav"),
            "file:///home/me/Music/Unbraid/Drums-1_a.b~.wav\r\n"
        );
    }

    #[test]
    fn spaces_umlauts_and_what_means_something_in_a_uri_are_encoded() {
        assert_eq!(uri("/a b/Größe 1.wav"), "file:///a%20b/Gr%C3%B6%C3%9Fe%201.wav\r\n");
        assert_eq!(uri("/100%#?[x]&'\"\n.wav"), "file:///100%25%23%3F%5Bx%5D%26%27%22%0A.wav\r\n");
        assert_eq!(uri("/鼓.wav"), "file:///%E9%BC%93.wav\r\n");
    }

    #[test]
    fn bytes_that_are_not_utf_8_are_encoded_one_by_one() {
        assert_eq!(uri(OsStr::from_bytes(b"/m\xfcsic/\xff\x80.wav")), "file:///m%FCsic/%FF%80.wav\r\n");
    }

    #[test]
    fn every_byte_that_a_name_may_have_comes_back() {
        let name: Vec<u8> = std::iter::once(b'/').chain((1..=255).filter(|byte| *byte != b'/')).collect();
        let uri = uri(OsStr::from_bytes(&name));
        let path = uri.strip_prefix("file://").and_then(|uri| uri.strip_suffix("\r\n")).unwrap_or_default();
        assert!(path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~/%".contains(&byte)), "{path}");
        let decoded: Vec<u8> = percent_encoding::percent_decode(path.as_bytes()).collect();
        assert_eq!(decoded, name);
    }

    #[test]
    fn a_relative_path_becomes_absolute() {
        let here = std::env::current_dir().unwrap_or_else(|error| panic!("{error}"));
        assert_eq!(uri("stems/a.wav"), uri(here.join("stems/a.wav")));
    }
}
