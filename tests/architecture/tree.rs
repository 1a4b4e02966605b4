//! The source of all crates below a folder: which file holds which module, and which files it imports.

use super::source::{Import, Source};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs,
    path::Path,
};

/// A path leads through at most this many re-exports.
const MOST_RE_EXPORTS: usize = 32;

/// A library or program: its name in paths, and the folder of its root file.
#[derive(Debug, Clone)]
pub(crate) struct Crate {
    pub(crate) name: String,
    /// Relative to the folder that is looked at; empty for that folder itself.
    pub(crate) folder: String,
}

/// `from` names something that `to` defines. Both are paths of files.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Arrow {
    pub(crate) from: String,
    pub(crate) line: usize,
    pub(crate) to: String,
    /// `from` only hands it on by another path.
    pub(crate) is_handed_on: bool,
}

impl Arrow {
    /// From where to where, whatever the line.
    pub(crate) fn files(&self) -> (String, String) {
        (self.from.clone(), self.to.clone())
    }
}

/// A type at the level of items.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Type {
    pub(crate) name: String,
    pub(crate) file: String,
    pub(crate) line: usize,
}

#[derive(Debug)]
pub(crate) struct SourceTree {
    crates: Vec<Crate>,
    files: BTreeMap<String, Source>,
    modules: Vec<Module>,
    /// The module of a file, and of each one written out within it.
    places: HashMap<(String, Vec<String>), usize>,
}

#[derive(Debug, Default)]
struct Module {
    file: String,
    inside: Vec<String>,
    parent: Option<usize>,
    children: HashMap<String, usize>,
    /// Names that are not its own, and the paths that they stand for.
    imported: HashMap<String, Vec<String>>,
    globs: Vec<Vec<String>>,
    defined: BTreeSet<String>,
    is_test: bool,
}

impl SourceTree {
    /// Reads every `.rs` file below `folder`. A folder with a `Cargo.toml` is a crate of its own, whose tests,
    /// benchmarks and examples are left out; what belongs to none belongs to the crate called `name`.
    pub(crate) fn read(folder: &Path, name: &str) -> Self {
        let mut crates = vec![Crate { name: name.to_owned(), folder: String::new() }];
        let mut files = BTreeMap::new();
        let mut folders = vec![folder.to_path_buf()];
        while let Some(next) = folders.pop() {
            for entry in fs::read_dir(&next).unwrap() {
                let path = entry.unwrap().path();
                let relative = path.strip_prefix(folder).unwrap().to_string_lossy().replace('\\', "/");
                if path.is_dir() {
                    let is_beside = ["tests", "benches", "examples"].iter().any(|name| path.ends_with(name));
                    if !(is_beside && next.join("Cargo.toml").exists()) {
                        folders.push(path);
                    }
                } else if let Some(folder) = relative.strip_suffix("/Cargo.toml") {
                    let manifest = fs::read_to_string(&path).unwrap();
                    let name = manifest.lines().find_map(|line| line.strip_prefix("name = \"")).unwrap();
                    let name = name.trim_end_matches('"').replace('-', "_");
                    crates.push(Crate { name, folder: folder.to_owned() });
                } else if relative.ends_with(".rs") {
                    files.insert(relative, fs::read_to_string(&path).unwrap());
                }
            }
        }
        Self::new(crates, files)
    }

    /// `files` are texts by their paths; each belongs to the crate with the longest folder that it lies in.
    pub(crate) fn new(crates: Vec<Crate>, files: BTreeMap<String, String>) -> Self {
        let files = files.into_iter().map(|(path, text)| (path, Source::read(&text))).collect();
        let mut tree = Self { crates, files, modules: Vec::new(), places: HashMap::new() };
        for root in tree.roots() {
            tree.add(&root, Vec::new(), None, false);
        }
        tree.note_names();
        tree
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// Every import of one file by another, tests left out; sorted.
    pub(crate) fn arrows(&self) -> Vec<Arrow> {
        let mut arrows = BTreeSet::new();
        for (from, source) in &self.files {
            for import in source.imports.iter().filter(|import| !import.is_test) {
                let Some(&place) = self.places.get(&(from.clone(), import.inside.clone())) else { continue };
                let Some(target) = self.resolve(place, &import.path, 0) else { continue };
                let to = &self.modules[target.module].file;
                if to != from && !self.modules[place].is_test {
                    let Import { line, is_handed_on, .. } = *import;
                    arrows.insert(Arrow { from: from.clone(), to: to.clone(), line, is_handed_on });
                }
            }
        }
        arrows.into_iter().collect()
    }

    /// Every type, tests left out; sorted by name. What a file defines twice, for two builds, is one.
    pub(crate) fn types(&self) -> Vec<Type> {
        let mut types = BTreeMap::new();
        for (file, source) in &self.files {
            for definition in source.definitions.iter().filter(|definition| definition.is_type && !definition.is_test) {
                let place = (file.clone(), definition.inside.clone());
                if self.places.get(&place).is_some_and(|&module| !self.modules[module].is_test) {
                    types.entry((definition.name.clone(), place)).or_insert(definition.line);
                }
            }
        }
        types.into_iter().map(|((name, (file, _)), line)| Type { name, file, line }).collect()
    }

    /// Files that no `mod` declaration reaches.
    pub(crate) fn unreached(&self) -> Vec<&str> {
        self.files().filter(|file| !self.places.contains_key(&((*file).to_owned(), Vec::new()))).collect()
    }

    /// The crate that `file` belongs to.
    fn crate_of(&self, file: &str) -> &Crate {
        let holds = |candidate: &&Crate| candidate.folder.is_empty() || is_below(file, &candidate.folder);
        self.crates.iter().filter(holds).max_by_key(|candidate| candidate.folder.len()).unwrap()
    }

    /// `lib.rs` of each crate and, where the crate is a folder's own, the programs beside it: files in the crate's
    /// folder that `lib.rs` does not declare.
    fn roots(&self) -> Vec<String> {
        let is_root = |file: &&str| {
            let Crate { folder, .. } = self.crate_of(file);
            let name = if folder.is_empty() { file } else { &file[folder.len() + 1..] };
            let library = within(folder, "lib.rs");
            let declares =
                |library: &Source| library.modules.iter().any(|module| format!("{}.rs", module.name) == name);
            !name.contains('/') && (name == "lib.rs" || !self.files.get(&library).is_some_and(declares))
        };
        self.files().filter(is_root).map(str::to_owned).collect()
    }

    /// Adds the module `inside` of `file`, and all below it.
    fn add(&mut self, file: &str, inside: Vec<String>, parent: Option<usize>, is_test: bool) -> usize {
        let index = self.modules.len();
        self.modules.push(Module {
            file: file.to_owned(),
            inside: inside.clone(),
            parent,
            is_test,
            ..Module::default()
        });
        self.places.insert((file.to_owned(), inside.clone()), index);
        let children: Vec<_> = (self.files[file].modules.iter())
            .filter(|module| module.inside == inside)
            .map(|module| (module.name.clone(), module.path.clone(), module.is_inline, is_test || module.is_test))
            .collect();
        for (name, path, is_inline, is_test) in children {
            let within_file = [inside.as_slice(), std::slice::from_ref(&name)].concat();
            let child = if is_inline {
                Some(self.add(file, within_file, Some(index), is_test))
            } else {
                let file = self.file_of(file, &within_file, path.as_deref());
                file.map(|file| self.add(&file, Vec::new(), Some(index), is_test))
            };
            self.modules[index].children.extend(child.map(|child| (name, child)));
        }
        index
    }

    /// The file of the module that `file` declares as `within`.
    fn file_of(&self, file: &str, within_file: &[String], path: Option<&str>) -> Option<String> {
        let (folder, name) = file.rsplit_once('/').unwrap_or(("", file));
        if let Some(path) = path {
            return Some(within(folder, path)).filter(|file| self.files.contains_key(file));
        }
        let stem = name.trim_end_matches(".rs");
        let owns_folder = stem == "mod" || self.roots().iter().any(|root| root == file);
        let folder = if owns_folder { folder.to_owned() } else { within(folder, stem) };
        let child = within(&folder, &within_file.join("/"));
        [format!("{child}.rs"), format!("{child}/mod.rs")].into_iter().find(|file| self.files.contains_key(file))
    }

    fn note_names(&mut self) {
        for module in &mut self.modules {
            let source = &self.files[&module.file];
            let here = |inside: &[String]| inside == module.inside;
            for Import { path, name, is_glob, .. } in source.imports.iter().filter(|import| here(&import.inside)) {
                if *is_glob {
                    module.globs.push(path.clone());
                } else if let Some(name) = name {
                    module.imported.insert(name.clone(), path.clone());
                }
            }
            let defined = source.definitions.iter().filter(|definition| here(&definition.inside));
            module.defined = defined.map(|definition| definition.name.clone()).collect();
        }
    }

    /// What `path` means in module `place`; `None` if it is another's: the standard library's, a dependency's.
    fn resolve(&self, place: usize, path: &[String], depth: usize) -> Option<Target> {
        let root = || std::iter::successors(Some(place), |module| self.modules[*module].parent).last();
        let (first, rest) = path.split_first()?;
        match first.as_str() {
            "crate" => self.follow(root()?, rest, depth),
            "self" => self.follow(place, rest, depth),
            "super" => {
                let mut place = self.modules[place].parent?;
                let mut rest = rest;
                while rest.first().is_some_and(|next| next == "super") {
                    (place, rest) = (self.modules[place].parent?, &rest[1..]);
                }
                self.follow(place, rest, depth)
            }
            name if self.knows(place, name) && depth < MOST_RE_EXPORTS => {
                // A `use` of something by its own name means a crate, not itself.
                let itself = self.modules[place].imported.get(name).is_some_and(|target| target[0] == *name);
                if itself { self.in_crate(name, rest, depth) } else { self.follow(place, path, depth) }
            }
            name => self.in_crate(name, rest, depth),
        }
    }

    fn in_crate(&self, name: &str, rest: &[String], depth: usize) -> Option<Target> {
        let library = self.crates.iter().find(|candidate| candidate.name == name)?;
        let place = *self.places.get(&(within(&library.folder, "lib.rs"), Vec::new()))?;
        self.follow(place, rest, depth)
    }

    fn knows(&self, place: usize, name: &str) -> bool {
        let module = &self.modules[place];
        module.children.contains_key(name) || module.imported.contains_key(name) || module.defined.contains(name)
    }

    /// What `path` means from module `place` on, through re-exports.
    fn follow(&self, place: usize, path: &[String], depth: usize) -> Option<Target> {
        let module = &self.modules[place];
        let Some((first, rest)) = path.split_first() else { return Some(Target { module: place, is_module: true }) };
        if let Some(child) = module.children.get(first) {
            return self.follow(*child, rest, depth);
        }
        if module.defined.contains(first) || depth > MOST_RE_EXPORTS {
            return Some(Target { module: place, is_module: false });
        }
        if let Some(target) = module.imported.get(first) {
            return match self.resolve(place, target, depth + 1) {
                Some(Target { module, is_module: true }) => self.follow(module, rest, depth + 1),
                Some(target) => Some(target),
                // A dependency's, by way of this module.
                None => Some(Target { module: place, is_module: false }),
            };
        }
        for glob in &module.globs {
            let Some(Target { module: source, is_module: true }) = self.resolve(place, glob, depth + 1) else {
                continue;
            };
            if source != place && self.knows(source, first) {
                return self.follow(source, path, depth + 1);
            }
        }
        Some(Target { module: place, is_module: false })
    }
}

/// Where a path leads: to a module, or to something that the module defines.
#[derive(Debug, Clone, Copy)]
struct Target {
    module: usize,
    is_module: bool,
}

/// `name` in `folder`, which is empty for the folder that is looked at.
pub(crate) fn within(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

/// Whether `file` lies in `folder`, at any depth.
pub(crate) fn is_below(file: &str, folder: &str) -> bool {
    file.strip_prefix(folder).is_some_and(|rest| rest.starts_with('/'))
}
