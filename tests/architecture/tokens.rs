//! Rust source as words and signs, each with its line. Comments are left out; what a string says is no word.

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A keyword, a name or a number.
    Word,
    /// The text between the quotes of a string.
    Text,
    /// `::`, or one character that is none of the others.
    Sign,
}

#[derive(Debug, Clone)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    /// Counted from 1.
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    pub(crate) fn is_sign(&self, sign: &str) -> bool {
        self.kind == Kind::Sign && self.text == sign
    }
}

/// The tokens of `source`, which is Rust that compiles.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer { rest: source.chars().collect(), at: 0, line: 1, tokens: Vec::new() };
    while lexer.at < lexer.rest.len() {
        lexer.step();
    }
    lexer.tokens
}

struct Lexer {
    rest: Vec<char>,
    at: usize,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer {
    fn step(&mut self) {
        match (self.peek(0), self.peek(1)) {
            ('\n', _) => {
                self.line += 1;
                self.at += 1;
            }
            (space, _) if space.is_whitespace() => self.at += 1,
            ('/', '/') => self.take_while(|c| c != '\n'),
            ('/', '*') => self.block_comment(),
            ('"', _) => self.string(),
            ('\'', _) => self.character_or_lifetime(),
            (first, _) if is_of_word(first) => self.word(),
            (':', ':') => self.push(Kind::Sign, "::".to_owned(), 2),
            (sign, _) => self.push(Kind::Sign, sign.to_string(), 1),
        }
    }

    fn peek(&self, ahead: usize) -> char {
        self.rest.get(self.at + ahead).copied().unwrap_or('\0')
    }

    fn push(&mut self, kind: Kind, text: String, length: usize) {
        let line = self.line;
        self.line += self.rest[self.at..self.at + length].iter().filter(|c| **c == '\n').count();
        self.at += length;
        self.tokens.push(Token { kind, text, line });
    }

    fn take_while(&mut self, accept: impl Fn(char) -> bool) {
        while self.at < self.rest.len() && accept(self.peek(0)) {
            self.at += 1;
        }
    }

    /// Block comments nest.
    fn block_comment(&mut self) {
        let mut depth = 0;
        while self.at < self.rest.len() {
            match (self.peek(0), self.peek(1)) {
                ('/', '*') => (depth, self.at) = (depth + 1, self.at + 2),
                ('*', '/') => (depth, self.at) = (depth - 1, self.at + 2),
                (c, _) => {
                    self.line += usize::from(c == '\n');
                    self.at += 1;
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        let mut length = 1;
        while !matches!(self.peek(length), '"' | '\0') {
            length += if self.peek(length) == '\\' { 2 } else { 1 };
        }
        let text = self.rest[self.at + 1..self.at + length].iter().collect();
        self.push(Kind::Text, text, length + 1);
    }

    /// From the `#`s or the quote after the prefix on.
    fn raw_string(&mut self) {
        let hashes = self.rest[self.at..].iter().take_while(|c| **c == '#').count();
        let begin = self.at + hashes + 1;
        let closes = |at: &usize| {
            self.rest[*at] == '"' && self.rest[at + 1..].iter().take(hashes).filter(|c| **c == '#').count() == hashes
        };
        let end = (begin..self.rest.len()).find(closes).unwrap_or(self.rest.len() - hashes - 1);
        let text = self.rest[begin..end].iter().collect();
        self.push(Kind::Text, text, end + 1 + hashes - self.at);
    }

    fn character_or_lifetime(&mut self) {
        let length = match (self.peek(1), self.peek(2)) {
            ('\\', _) => 3 + self.rest[self.at + 3..].iter().take_while(|c| **c != '\'').count() + 1,
            (_, '\'') => 3,
            _ => 1 + self.rest[self.at + 1..].iter().take_while(|c| is_of_word(**c)).count(),
        };
        self.at += length;
    }

    fn word(&mut self) {
        let length = self.rest[self.at..].iter().take_while(|c| is_of_word(**c)).count();
        let text: String = self.rest[self.at..self.at + length].iter().collect();
        let after = (self.peek(length), self.peek(length + 1));
        match (text.as_str(), after) {
            ("r" | "br" | "cr", ('"', _) | ('#', '"' | '#')) => {
                self.at += length;
                self.raw_string();
            }
            ("b" | "c", ('"', _)) => self.at += length,
            // A raw name is the name.
            ("r", ('#', _)) => self.at += 2,
            _ => self.push(Kind::Word, text, length),
        }
    }
}

fn is_of_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
