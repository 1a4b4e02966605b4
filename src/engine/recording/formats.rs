//! Which containers and codecs are read: those that were tried, and whose sound came out as it went in.

use std::sync::LazyLock;
use symphonia::core::{
    codecs::{
        audio::{AudioCodecId, well_known::*},
        registry::CodecRegistry,
    },
    formats::{FormatId, well_known::*},
};
use symphonia_adapter_libopus::OpusDecoder;

/// Containers, and the codecs in each that are read. `tests/engine/recording/formats.rs` has a file of each.
const READ: [(FormatId, &[AudioCodecId]); 9] = [
    (
        FORMAT_ID_WAVE,
        &[
            CODEC_ID_PCM_U8,
            CODEC_ID_PCM_S16LE,
            CODEC_ID_PCM_S24LE,
            CODEC_ID_PCM_S32LE,
            CODEC_ID_PCM_F32LE,
            CODEC_ID_PCM_F64LE,
            CODEC_ID_PCM_ALAW,
            CODEC_ID_PCM_MULAW,
            CODEC_ID_ADPCM_MS,
            CODEC_ID_ADPCM_IMA_WAV,
        ],
    ),
    (
        FORMAT_ID_AIFF,
        &[
            CODEC_ID_PCM_S8,
            CODEC_ID_PCM_S16BE,
            CODEC_ID_PCM_S24BE,
            CODEC_ID_PCM_S32BE,
            CODEC_ID_PCM_S16LE,
            CODEC_ID_PCM_F32BE,
            CODEC_ID_PCM_F64BE,
            CODEC_ID_PCM_ALAW,
            CODEC_ID_PCM_MULAW,
        ],
    ),
    (
        FORMAT_ID_CAF,
        &[
            CODEC_ID_PCM_S16BE,
            CODEC_ID_PCM_S24BE,
            CODEC_ID_PCM_S32BE,
            CODEC_ID_PCM_F32BE,
            CODEC_ID_PCM_F64BE,
            CODEC_ID_PCM_S16LE,
            CODEC_ID_PCM_S24LE,
            CODEC_ID_PCM_S32LE,
            CODEC_ID_PCM_F32LE,
            CODEC_ID_PCM_F64LE,
            CODEC_ID_ALAC,
        ],
    ),
    (
        FORMAT_ID_ISOMP4,
        &[
            CODEC_ID_AAC,
            CODEC_ID_ALAC,
            CODEC_ID_FLAC,
            CODEC_ID_MP3,
            CODEC_ID_OPUS,
            CODEC_ID_PCM_U8,
            CODEC_ID_PCM_S16BE,
            CODEC_ID_PCM_S24BE,
            CODEC_ID_PCM_S32BE,
            CODEC_ID_PCM_F32BE,
            CODEC_ID_PCM_F64BE,
            CODEC_ID_PCM_S16LE,
            CODEC_ID_PCM_S24LE,
            CODEC_ID_PCM_S32LE,
            CODEC_ID_PCM_F32LE,
            CODEC_ID_PCM_F64LE,
        ],
    ),
    (
        FORMAT_ID_MKV,
        &[
            CODEC_ID_FLAC,
            CODEC_ID_OPUS,
            CODEC_ID_VORBIS,
            CODEC_ID_PCM_S16LE,
            CODEC_ID_PCM_S24LE,
            CODEC_ID_PCM_S32LE,
            CODEC_ID_PCM_F32LE,
        ],
    ),
    (FORMAT_ID_OGG, &[CODEC_ID_VORBIS, CODEC_ID_FLAC, CODEC_ID_OPUS]),
    (FORMAT_ID_FLAC, &[CODEC_ID_FLAC]),
    (FORMAT_ID_MP3, &[CODEC_ID_MP3]),
    (FORMAT_ID_ADTS, &[CODEC_ID_AAC]),
];

/// What people call codecs that are not read.
const NAMES: [(AudioCodecId, &str); 19] = [
    (CODEC_ID_OPUS, "Opus"),
    (CODEC_ID_SPEEX, "Speex"),
    (CODEC_ID_WAVPACK, "WavPack"),
    (CODEC_ID_MONKEYS_AUDIO, "Monkey's Audio"),
    (CODEC_ID_MUSEPACK, "Musepack"),
    (CODEC_ID_TTA, "TTA"),
    (CODEC_ID_MP1, "MP1"),
    (CODEC_ID_MP2, "MP2"),
    (CODEC_ID_MP3, "MP3"),
    (CODEC_ID_AAC, "AAC"),
    (CODEC_ID_ALAC, "ALAC"),
    (CODEC_ID_FLAC, "FLAC"),
    (CODEC_ID_VORBIS, "Vorbis"),
    (CODEC_ID_AC3, "AC-3"),
    (CODEC_ID_EAC3, "E-AC-3"),
    (CODEC_ID_DCA, "DTS"),
    (CODEC_ID_TRUEHD, "TrueHD"),
    (CODEC_ID_WMA, "WMA"),
    (CODEC_ID_ADPCM_IMA_QT, "IMA ADPCM"),
];

/// How files begin that no decoder takes, and what they are.
const BEGINNINGS: [(&[u8], &str); 10] = [
    (b"wvpk", "WavPack"),
    (b"MAC ", "Monkey's Audio"),
    (b"MPCK", "Musepack"),
    (b"MP+", "Musepack"),
    (b"TTA1", "TTA"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", "WMA"),
    (b"DSD ", "DSD"),
    (b"FRM8", "DSD"),
    (b"#!AMR", "AMR"),
    (b"MThd", "MIDI"),
];

/// The decoders: symphonia's, and libopus.
pub(super) fn codecs() -> &'static CodecRegistry {
    static CODECS: LazyLock<CodecRegistry> = LazyLock::new(|| {
        let mut codecs = CodecRegistry::new();
        symphonia::default::register_enabled_codecs(&mut codecs);
        codecs.register_audio_decoder::<OpusDecoder>();
        codecs
    });
    &CODECS
}

/// Whether `codec` in `container` is read.
pub(super) fn is_read(container: FormatId, codec: AudioCodecId) -> bool {
    READ.iter().any(|(known, codecs)| *known == container && codecs.contains(&codec))
}

/// What `codec` is called.
pub(super) fn codec_name(codec: AudioCodecId) -> String {
    if let Some((_, name)) = NAMES.iter().find(|(known, _)| *known == codec) {
        return (*name).to_owned();
    }
    let registered = codecs().get_audio_decoder(codec);
    registered.map_or_else(|| "an unknown codec".to_owned(), |decoder| decoder.codec.info.long_name.to_owned())
}

/// What a file is that begins with these bytes, if it is known.
pub(super) fn name_of_beginning(bytes: &[u8]) -> Option<&'static str> {
    BEGINNINGS.iter().find(|(beginning, _)| bytes.starts_with(beginning)).map(|(_, name)| *name)
}

/// Whether a file that begins with these bytes has a table that says where its sound is, often at its end: MP4,
/// QuickTime, Matroska.
pub(super) fn has_index(bytes: &[u8]) -> bool {
    bytes.get(4..8) == Some(b"ftyp") || bytes.starts_with(b"\x1A\x45\xDF\xA3")
}

#[cfg(test)]
mod tests {
    use super::*;
    use symphonia::core::{
        formats::{FormatOptions, TrackType, probe::Hint},
        io::MediaSourceStream,
        meta::MetadataOptions,
    };

    /// What the tests of whole files try is all that is read.
    #[test]
    fn there_is_a_file_of_every_codec_in_every_container_that_is_read() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../tests/audio/formats/table");
        let mut tried = Vec::new();
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            if name.starts_with("not-read") {
                continue;
            }
            let stream = MediaSourceStream::new(Box::new(std::fs::File::open(&path).unwrap()), Default::default());
            let mut hint = Hint::new();
            hint.with_extension(&path.extension().unwrap().to_string_lossy());
            let probed = symphonia::default::get_probe();
            let probed = probed.probe(&hint, stream, FormatOptions::default(), MetadataOptions::default());
            // The program that made the files, and Wave64.
            let Ok(reader) = probed else { continue };
            // A-law and µ-law in CAF are decoded as WAV.
            if name.starts_with("caf-") && name.ends_with("law") {
                continue;
            }
            let track = reader.default_track(TrackType::Audio).unwrap();
            let mut codec = track.codec_params.as_ref().and_then(|parameters| parameters.audio()).unwrap().codec;
            if name.starts_with("mov-") && name.ends_with("be") {
                codec = super::super::decoding::big_endian(codec);
            }
            tried.push((reader.format_info().format, codec));
        }
        for (container, codecs) in READ {
            for codec in codecs {
                assert!(tried.contains(&(container, *codec)), "{container}: {}", codec_name(*codec));
            }
        }
        for (container, codec) in tried {
            assert!(is_read(container, codec), "{container}: {}", codec_name(codec));
        }
    }
}
