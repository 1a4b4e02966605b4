//! What one file says: the modules it declares, the types it defines, the paths it names.

use super::tokens::{Kind, Token, tokens};

/// Names of the modules that are written out within a file, outermost first; empty for the file itself.
pub(crate) type Inline = Vec<String>;

#[derive(Debug, Default)]
pub(crate) struct Source {
    pub(crate) modules: Vec<Module>,
    pub(crate) definitions: Vec<Definition>,
    pub(crate) imports: Vec<Import>,
}

/// `mod name;` or `mod name { .. }`.
#[derive(Debug)]
pub(crate) struct Module {
    pub(crate) inside: Inline,
    pub(crate) name: String,
    /// What `#[path = ".."]` says.
    pub(crate) path: Option<String>,
    /// Its items follow in braces.
    pub(crate) is_inline: bool,
    pub(crate) is_test: bool,
}

/// A function, constant, macro or type at the level of items.
#[derive(Debug)]
pub(crate) struct Definition {
    pub(crate) inside: Inline,
    pub(crate) name: String,
    pub(crate) line: usize,
    pub(crate) is_type: bool,
    pub(crate) is_test: bool,
}

/// A path that a `use` declaration or the code names.
#[derive(Debug)]
pub(crate) struct Import {
    pub(crate) inside: Inline,
    pub(crate) path: Vec<String>,
    /// What a `use` declaration calls it here.
    pub(crate) name: Option<String>,
    /// All that is in it is imported.
    pub(crate) is_glob: bool,
    /// It is only handed on: by `pub use`, and the file itself does not use the name.
    pub(crate) is_handed_on: bool,
    pub(crate) line: usize,
    pub(crate) is_test: bool,
}

impl Source {
    pub(crate) fn read(text: &str) -> Self {
        let tokens = tokens(text);
        let context = vec![(Inline::new(), false); tokens.len()];
        let uses = vec![false; tokens.len()];
        let mut reader = Reader { tokens: &tokens, context, uses, source: Self::default() };
        reader.items(0, tokens.len(), &Inline::new(), false);
        reader.paths();
        reader.set_apart_re_exports();
        reader.source
    }
}

struct Reader<'a> {
    tokens: &'a [Token],
    /// For each token the module that it stands in, and whether only tests have it.
    context: Vec<(Inline, bool)>,
    /// For each token whether it stands in a `use` declaration.
    uses: Vec<bool>,
    source: Source,
}

impl Reader<'_> {
    /// Reads the items of a module, the tokens `at..end`.
    fn items(&mut self, mut at: usize, end: usize, inside: &Inline, in_test: bool) {
        while at < end {
            let begin = at;
            let (mut is_test, mut path) = (in_test, None);
            while self.sign(at, "#") {
                let open = at + if self.sign(at + 1, "!") { 2 } else { 1 };
                let close = self.closing(open);
                let attribute = &self.tokens[open..close];
                let says = |word| attribute.iter().any(|token| token.is_word(word));
                is_test |= says("cfg") && says("test") && !says("not");
                if attribute[1].is_word("path") {
                    path = attribute.iter().find(|token| token.kind == Kind::Text).map(|token| token.text.clone());
                }
                at = close + 1;
            }
            while ["pub", "unsafe", "async", "auto"].iter().any(|word| self.word(at, word)) {
                at += 1;
                if self.sign(at, "(") {
                    at = self.closing(at) + 1;
                }
            }
            let next = self.skip_item(at).min(end);
            for context in &mut self.context[begin..next] {
                *context = (inside.clone(), is_test);
            }
            self.item(at, next, inside, is_test, path);
            at = next;
        }
    }

    /// Notes the item that stands in the tokens `at..next`.
    fn item(&mut self, at: usize, next: usize, inside: &Inline, is_test: bool, path: Option<String>) {
        let Some(name) = self.tokens.get(at + 1).filter(|name| name.kind == Kind::Word || name.is_sign("!")) else {
            return;
        };
        let (name, line) = (name.text.clone(), name.line);
        let inside = inside.clone();
        let definition = |name, is_type| Definition { inside: inside.clone(), name, line, is_type, is_test };
        match self.tokens[at].text.as_str() {
            "mod" => {
                let is_inline = self.sign(at + 2, "{");
                if is_inline {
                    let within = [inside.as_slice(), std::slice::from_ref(&name)].concat();
                    self.items(at + 3, next - 1, &within, is_test);
                }
                self.source.modules.push(Module { inside, name, path, is_inline, is_test });
            }
            "struct" | "enum" | "union" | "trait" | "type" => self.source.definitions.push(definition(name, true)),
            "const" if ["fn", "unsafe"].contains(&name.as_str()) => self.item(at + 1, next, &inside, is_test, path),
            "const" | "static" | "fn" => self.source.definitions.push(definition(name, false)),
            "macro_rules" => {
                let name = self.tokens.get(at + 2).map_or(String::new(), |name| name.text.clone());
                self.source.definitions.push(definition(name, false));
            }
            _ => {}
        }
    }

    /// The token behind the item that begins at `at`: behind its semicolon, or behind its block.
    fn skip_item(&self, mut at: usize) -> usize {
        let is_use = self.word(at, "use");
        while at < self.tokens.len() {
            if self.sign(at, ";") {
                return at + 1;
            }
            let is_block = self.sign(at, "{") && !is_use;
            if ["(", "[", "{"].iter().any(|open| self.sign(at, open)) {
                at = self.closing(at);
            }
            at += 1;
            if is_block {
                return at;
            }
        }
        at
    }

    /// Where the bracket that opens at `open` closes.
    fn closing(&self, open: usize) -> usize {
        let mut depth = 0;
        for at in open..self.tokens.len() {
            if ["(", "[", "{"].iter().any(|sign| self.sign(at, sign)) {
                depth += 1;
            } else if [")", "]", "}"].iter().any(|sign| self.sign(at, sign)) {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
        }
        self.tokens.len() - 1
    }

    /// Reads every `use` declaration, those within functions too, and every path with `::` in the code.
    fn paths(&mut self) {
        let mut at = 0;
        while at < self.tokens.len() {
            let before = at.checked_sub(1).map(|before| &self.tokens[before]);
            let begins_statement =
                before.is_none_or(|token| token.is_word("pub") || [";", "{", "}", "]", ")"].contains(&&*token.text));
            let continues = before.is_some_and(|token| [".", "::"].contains(&&*token.text));
            if self.word(at, "use") && begins_statement {
                let begin = at;
                let is_public = before.is_some_and(|token| token.is_word("pub") || token.is_sign(")"));
                let first = self.source.imports.len();
                at = self.use_tree(at + 1, &[]);
                self.uses[begin..at].fill(true);
                self.source.imports[first..].iter_mut().for_each(|import| import.is_handed_on = is_public);
            } else if self.tokens[at].kind == Kind::Word && self.sign(at + 1, "::") && !continues {
                let first = at;
                let mut path = vec![self.tokens[at].text.clone()];
                while self.sign(at + 1, "::") && self.tokens.get(at + 2).is_some_and(|next| next.kind == Kind::Word) {
                    at += 2;
                    path.push(self.tokens[at].text.clone());
                }
                self.import(first, path, None, false);
                at += 1;
            } else {
                at += 1;
            }
        }
    }

    /// Reads the `use` tree that begins at `at`; gives the token behind it.
    fn use_tree(&mut self, mut at: usize, prefix: &[String]) -> usize {
        let mut path = prefix.to_vec();
        if self.sign(at, "::") {
            // From here on only crates: none of ours is named so.
            at += 1;
        }
        loop {
            let Some(token) = self.tokens.get(at) else { return at };
            if token.is_sign("{") {
                let close = self.closing(at);
                at += 1;
                while at < close {
                    at = self.use_tree(at, &path);
                    at += usize::from(self.sign(at, ","));
                }
                return close + 1;
            }
            if token.is_sign("*") {
                self.import(at, path, None, true);
                return at + 1;
            }
            let first = at;
            if path.is_empty() || !token.is_word("self") {
                path.push(token.text.clone());
            }
            at += 1;
            if self.sign(at, "::") {
                at += 1;
                continue;
            }
            let mut name = path.last().cloned();
            if self.word(at, "as") {
                name = self.tokens.get(at + 1).map(|name| name.text.clone());
                at += 2;
            }
            self.import(first, path, name, false);
            return at;
        }
    }

    /// A name that is handed on and used as well is imported like any other.
    fn set_apart_re_exports(&mut self) {
        let (tokens, uses, context) = (self.tokens, &self.uses, &self.context);
        let is_used = |name: &str| (0..tokens.len()).any(|at| !uses[at] && !context[at].1 && tokens[at].is_word(name));
        for import in &mut self.source.imports {
            import.is_handed_on &= import.name.as_deref().is_some_and(|name| !is_used(name));
        }
    }

    fn import(&mut self, at: usize, path: Vec<String>, name: Option<String>, is_glob: bool) {
        let (inside, is_test) = self.context[at].clone();
        let line = self.tokens[at].line;
        self.source.imports.push(Import { inside, path, name, is_glob, is_handed_on: false, line, is_test });
    }

    fn word(&self, at: usize, word: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_word(word))
    }

    fn sign(&self, at: usize, sign: &str) -> bool {
        self.tokens.get(at).is_some_and(|token| token.is_sign(sign))
    }
}
