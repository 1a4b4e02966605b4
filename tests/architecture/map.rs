//! The map in `ARCHITECTURE.md`: which folder may import which.
//!
//! ```map
//! plugin        -> editor instance engine/*   # a folder, and the folders that it may import
//! engine/stft   ->
//! ```
//!
//! A folder's name stands for what lies in it and in no folder with a line of its own; `folder/*` for the folder and
//! all lines below it. A line names only folders whose lines stand under it: the map is read downhill. A file may have
//! a line too, without its `.rs`.

use super::tree::is_below;

#[derive(Debug)]
pub(crate) struct Map {
    lines: Vec<Line>,
}

#[derive(Debug)]
struct Line {
    folder: String,
    imports: Vec<String>,
}

impl Map {
    /// The map in the text of a page, or what is wrong with it.
    pub(crate) fn parse(page: &str) -> Result<Self, String> {
        let block = page.split("```map\n").nth(1).and_then(|rest| rest.split("```").next());
        let block = block.ok_or("there is no fenced block that begins with ```map")?;
        let mut lines: Vec<Line> = Vec::new();
        for line in block.lines().map(|line| line.split('#').next().unwrap_or_default().trim()) {
            if line.is_empty() {
                continue;
            }
            let (folder, imports) = line.split_once("->").ok_or(format!("`{line}` has no ->"))?;
            let folder = folder.trim().to_owned();
            if lines.iter().any(|line| line.folder == folder) {
                return Err(format!("{folder} has two lines"));
            }
            lines.push(Line { folder, imports: imports.split_whitespace().map(str::to_owned).collect() });
        }
        let map = Self { lines };
        map.check_direction()?;
        Ok(map)
    }

    /// A line that names itself or what stands above it is an arrow up.
    fn check_direction(&self) -> Result<(), String> {
        for (number, line) in self.lines.iter().enumerate() {
            for import in &line.imports {
                let named: Vec<usize> =
                    (0..self.lines.len()).filter(|other| means(import, &self.lines[*other].folder)).collect();
                if named.is_empty() {
                    return Err(format!("{} may import {import}, which has no line", line.folder));
                }
                if named.iter().any(|other| *other <= number) {
                    return Err(format!("{} may import {import}, which does not stand below it", line.folder));
                }
            }
        }
        Ok(())
    }

    /// The folder of the map that `file` belongs to: the one with the longest name that it lies in.
    pub(crate) fn folder_of(&self, file: &str) -> Option<&str> {
        let holds = |line: &&Line| is_below(file, &line.folder) || file.strip_suffix(".rs") == Some(&line.folder);
        self.lines.iter().filter(holds).max_by_key(|line| line.folder.len()).map(|line| line.folder.as_str())
    }

    /// Whether something in the folder `from` may import something in the folder `to`.
    pub(crate) fn allows(&self, from: &str, to: &str) -> bool {
        from == to
            || self.lines.iter().any(|line| line.folder == from && line.imports.iter().any(|import| means(import, to)))
    }

    /// Folders of the map in which none of `files` lies.
    pub(crate) fn empty_folders<'a>(&'a self, files: &[&str]) -> Vec<&'a str> {
        let is_empty = |folder: &&str| !files.iter().any(|file| self.folder_of(file) == Some(folder));
        self.lines.iter().map(|line| line.folder.as_str()).filter(is_empty).collect()
    }
}

/// Whether `import` on the right of an arrow stands for `folder`.
fn means(import: &str, folder: &str) -> bool {
    match import.strip_suffix("/*") {
        Some(above) => folder == above || is_below(folder, above),
        None => import == folder,
    }
}
