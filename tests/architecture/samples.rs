//! The rules on small made-up sources: each is seen to find its fault, and to pass what is right.

use super::{
    map::Map,
    rules,
    tree::{Crate, SourceTree},
};

/// A crate `app` of the given files, and a crate `base` in the folder `base` if one is among them.
fn tree(files: &[(&str, &str)]) -> SourceTree {
    let crates = [("app", ""), ("base", "base")];
    let crates = crates.map(|(name, folder)| Crate { name: name.to_owned(), folder: folder.to_owned() });
    SourceTree::new(crates.into(), files.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
}

fn map(lines: &str) -> Map {
    Map::parse(&format!("# A page\n\n```map\n{lines}\n```\n")).unwrap()
}

const DOWNHILL: [(&str, &str); 4] = [
    ("lib.rs", "pub mod top;\npub mod bottom;\n"),
    ("top/mod.rs", "mod part;\nuse crate::bottom::Base;\nuse part::Part;\n"),
    ("top/part.rs", "pub(super) struct Part;\nfn f() { crate::bottom::g() }\n"),
    ("bottom.rs", "pub struct Base;\npub fn g() {}\n"),
];

#[test]
fn what_runs_downhill_passes() {
    let tree = tree(&DOWNHILL);
    assert_eq!(rules::circles(&tree), Vec::<String>::new());
    assert_eq!(
        rules::arrows_off_the_map(&tree, &map("lib ->\ntop -> bottom # the only arrow\nbottom ->")),
        Vec::<String>::new()
    );
    assert_eq!(rules::names_that_stand_twice(&tree, &[]), Vec::<String>::new());
    assert_eq!(rules::files_of_no_module(&tree), Vec::<String>::new());
}

#[test]
fn a_circle_is_told_with_each_of_its_lines() {
    let tree = tree(&[
        ("lib.rs", "mod a;\nmod b;\nmod c;\n"),
        ("a.rs", "\nuse super::b::B;\npub struct A;\n"),
        ("b.rs", "pub struct B;\nuse crate::c::{self, C};\n"),
        ("c.rs", "pub struct C;\n\n\nfn f(_: crate::a::A) {}\n"),
    ]);
    assert_eq!(
        rules::circles(&tree),
        [
            "src/a.rs:2: imports src/b.rs, which leads back to it (circle of 3 files)",
            "src/b.rs:2: imports src/c.rs, which leads back to it (circle of 3 files)",
            "src/c.rs:4: imports src/a.rs, which leads back to it (circle of 3 files)",
        ]
    );
}

#[test]
fn a_child_and_a_parent_that_take_from_each_other_are_a_circle() {
    let parent = |takes| format!("mod child;\npub struct Own;\n{takes}\n");
    let child = ("top/child.rs", "use super::Own;\npub struct Part(Own);\npub fn f() {}\n");
    let circle = |takes| {
        let parent = parent(takes);
        rules::circles(&tree(&[("lib.rs", "mod top;\n"), ("top/mod.rs", &parent), child])).len()
    };
    assert_eq!(circle(""), 0, "a declaration is no import");
    assert_eq!(circle("use child::Part;"), 2);
    assert_eq!(circle("fn g() { child::f() }"), 2, "a path in the code is one");
    assert_eq!(circle("pub use self::child::Part as Piece;"), 0, "a re-export takes nothing");
    assert_eq!(circle("pub(crate) use child::Part;\nfn g(_: Part) {}"), 2, "unless it is used as well");
}

#[test]
fn a_re_export_leads_to_the_file_that_defines() {
    let tree = tree(&[
        ("lib.rs", "mod face;\nmod user;\nmod other;\n"),
        ("face/mod.rs", "mod one;\nmod two;\npub use one::One;\npub use two::*;\npub use std::fmt::Debug;\n"),
        ("other.rs", "use crate::face::Debug;\n"),
        ("face/one.rs", "pub struct One;\n"),
        ("face/two.rs", "use super::One;\npub struct Two(One);\n"),
        ("user.rs", "use crate::face::{One, Two as Other};\n"),
    ]);
    let arrows: Vec<_> = tree.arrows().into_iter().map(|arrow| format!("{} {}", arrow.from, arrow.to)).collect();
    assert!(arrows.contains(&"face/two.rs face/one.rs".to_owned()), "{arrows:?}");
    assert!(arrows.contains(&"user.rs face/two.rs".to_owned()), "{arrows:?}");
    assert!(arrows.contains(&"other.rs face/mod.rs".to_owned()), "what a dependency defines: {arrows:?}");
    assert_eq!(rules::circles(&tree), Vec::<String>::new());
}

#[test]
fn an_arrow_that_the_map_does_not_have_is_told() {
    let mut files = DOWNHILL.to_vec();
    files[3].1 = "pub struct Base;\npub fn g() {\n    use crate::{bottom, top::{Top, self}};\n}\n";
    let found = rules::arrows_off_the_map(&tree(&files), &map("lib ->\ntop -> bottom\nbottom ->"));
    assert_eq!(found, ["src/bottom.rs:3: imports src/top/mod.rs: the map has no arrow bottom -> top"]);
    let found = rules::arrows_off_the_map(&tree(&DOWNHILL), &map("top ->\nbottom ->\nlost ->"));
    assert_eq!(
        found,
        [
            "src/lib.rs:1: lies in no folder of the map",
            "src/top/mod.rs:2: imports src/bottom.rs: the map has no arrow top -> bottom",
            "src/top/part.rs:2: imports src/bottom.rs: the map has no arrow top -> bottom",
            "ARCHITECTURE.md: no file is in lost",
        ]
    );
}

#[test]
fn arrows_lead_into_other_crates_by_their_names_and_by_re_exports() {
    let tree = tree(&[
        ("lib.rs", "pub mod shell;\nmod other;\npub use base::{deep, flat as level};\n"),
        ("main.rs", "fn main() { app::shell::run() }\n"),
        ("shell.rs", "use crate::deep::Deep;\nuse crate::level::Flat;\npub fn run() {}\n"),
        ("other.rs", "use base::flat;\n"),
        ("base/lib.rs", "pub mod deep;\npub mod flat;\n"),
        ("base/deep.rs", "pub struct Deep;\n"),
        ("base/flat.rs", "pub struct Flat;\n"),
    ]);
    let found = rules::arrows_off_the_map(
        &tree,
        &map("main ->\nlib -> base/*\nshell -> base/deep\nother -> base\nbase ->\nbase/deep ->\nbase/flat ->"),
    );
    assert_eq!(
        found,
        [
            "src/main.rs:1: imports src/shell.rs: the map has no arrow main -> shell",
            "src/other.rs:1: imports src/base/flat.rs: the map has no arrow other -> base/flat",
            "src/shell.rs:2: imports src/base/flat.rs: the map has no arrow shell -> base/flat",
        ]
    );
}

#[test]
fn a_name_that_stands_for_two_types_is_told() {
    let tree = tree(&[
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "pub struct Twin;\nstruct Own;\nimpl I for Own { type Item = u8; }\nfn f() { struct Local; }\n"),
        (
            "b.rs",
            "#[cfg(unix)]\ntype Item = u8;\n#[cfg(not(unix))]\ntype Item = u8;\nunsafe trait Twin {}\nenum Local {}\n",
        ),
    ]);
    let found = ["src/a.rs:1: type Twin stands for two things", "src/b.rs:5: type Twin stands for two things"];
    assert_eq!(rules::names_that_stand_twice(&tree, &[]), found);
    assert_eq!(rules::names_that_stand_twice(&tree, &["Twin"]), Vec::<String>::new());
}

#[test]
fn comments_strings_and_tests_do_not_count() {
    let quiet = r####"
        //! use crate::a::A;
        /* use crate::a::A; /* struct A; */ use crate::a::A; */
        const TEXT: &str = "use crate::a::A; \" crate::a::A::new() struct A;";
        const RAW: &str = r##"use crate::a::A; "# use crate::a::A;"##;
        const QUOTES: [char; 3] = ['"', '\'', '\u{22}'];
        fn f<'a>(x: &'a str) -> char { 'x' }
        macro_rules! crate_of { ($x:ident) => { $x } }
        #[cfg(test)]
        mod tests {
            use crate::a::A;
            struct A;
        }
        #[cfg(test)]
        mod more;
    "####;
    let files = [
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "use crate::b;\npub struct A;\n"),
        ("b.rs", quiet),
        ("b/more.rs", "use crate::a::A;\nstruct A;\n"),
    ];
    assert_eq!(rules::circles(&tree(&files)), Vec::<String>::new());
    assert_eq!(rules::names_that_stand_twice(&tree(&files), &[]), Vec::<String>::new());
    // The same without its quotes is found, on the line behind all of them.
    let loud = format!("{quiet}\nuse crate::a::A;");
    let files = [files[0], files[1], ("b.rs", &*loud), files[3]];
    let line = loud.lines().count();
    assert!(rules::circles(&tree(&files))[1].starts_with(&format!("src/b.rs:{line}: imports src/a.rs")));
}

#[test]
fn paths_through_modules_written_out_in_a_file_are_followed() {
    let tree = tree(&[
        ("lib.rs", "mod a;\nmod b;\n"),
        ("a.rs", "pub mod inner {\n    use super::super::b::B;\n    pub struct A(B);\n}\n"),
        ("b.rs", "pub struct B;\nuse crate::a::inner;\nfn f(_: inner::A) {}\n"),
    ]);
    let found = rules::circles(&tree);
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].starts_with("src/a.rs:2: imports src/b.rs"), "{found:?}");
}

#[test]
fn a_file_that_no_module_declares_is_told() {
    let tree = tree(&[("lib.rs", "mod a;\n"), ("a.rs", ""), ("a/lost.rs", "")]);
    assert_eq!(rules::files_of_no_module(&tree), ["src/a/lost.rs:1: no module declares it"]);
}

#[test]
fn a_map_that_leads_uphill_or_nowhere_is_refused() {
    let refused = |lines: &str| Map::parse(&format!("```map\n{lines}\n```\n")).unwrap_err();
    assert_eq!(refused("a -> b\nb -> a"), "b may import a, which does not stand below it");
    assert_eq!(refused("a -> a"), "a may import a, which does not stand below it");
    assert_eq!(refused("a ->\na/b -> a/*"), "a/b may import a/*, which does not stand below it");
    assert_eq!(refused("a -> c"), "a may import c, which has no line");
    assert_eq!(refused("a ->\na ->"), "a has two lines");
    assert_eq!(refused("a b"), "`a b` has no ->");
    assert_eq!(Map::parse("no block").unwrap_err(), "there is no fenced block that begins with ```map");
}

#[test]
fn a_folder_of_the_map_with_a_line_of_its_own_is_not_its_parents() {
    let map = map("user -> a\nother -> a/*\na ->\na/b ->");
    assert_eq!((map.folder_of("a/x/y.rs"), map.folder_of("a/b/y.rs")), (Some("a"), Some("a/b")));
    assert_eq!((map.folder_of("a/b.rs"), map.folder_of("ab/x.rs")), (Some("a/b"), None));
    assert!(map.allows("user", "a") && !map.allows("user", "a/b") && map.allows("other", "a/b"));
}
