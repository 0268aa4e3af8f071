//! The story as Markdown: a record of what really happened, in a form that is the same in every run.

use super::Told;
use std::fmt::Write as _;
use std::path::Path;

/// What was told so far.
#[derive(Default)]
pub(super) struct Transcript {
    chapters: Vec<Chapter>,
    names: Vec<(String, String)>,
}

struct Chapter {
    file: &'static str,
    title: &'static str,
    steps: Vec<Step>,
}

#[derive(Default)]
struct Step {
    heading: String,
    lines: Vec<Line>,
}

enum Line {
    Said(String),
    Typed(String),
    Call(String),
}

impl Transcript {
    /// Gives a value that changes from run to run a name.
    pub(super) fn name(&mut self, value: &str, name: &str) {
        if !value.is_empty() {
            self.names.push((value.to_owned(), name.to_owned()));
        }
    }

    /// Begins a chapter, a page of its own.
    pub(super) fn chapter(&mut self, file: &'static str, title: &'static str) {
        self.chapters.push(Chapter {
            file,
            title,
            steps: Vec::new(),
        });
    }

    /// Begins a step and answers its number in the chapter.
    pub(super) fn begin(&mut self, heading: &str) -> usize {
        let Some(chapter) = self.chapters.last_mut() else {
            return 0;
        };
        chapter.steps.push(Step {
            heading: heading.to_owned(),
            lines: Vec::new(),
        });
        chapter.steps.len()
    }

    pub(super) fn say(&mut self, text: &str) {
        self.push(Line::Said(text.to_owned()));
    }

    pub(super) fn typed(&mut self, line: &str) {
        self.push(Line::Typed(line.to_owned()));
    }

    pub(super) fn call(&mut self, line: &str) {
        self.push(Line::Call(line.to_owned()));
    }

    fn push(&mut self, line: Line) {
        if let Some(step) = self
            .chapters
            .last_mut()
            .and_then(|chapter| chapter.steps.last_mut())
        {
            step.lines.push(line);
        }
    }

    /// Writes each chapter into a directory.
    pub(super) fn write(&self, directory: &Path) -> Told<()> {
        std::fs::create_dir_all(directory)
            .map_err(|error| format!("{} cannot be made: {error}", directory.display()))?;
        for chapter in &self.chapters {
            let file = directory.join(chapter.file).with_extension("md");
            std::fs::write(&file, self.markdown(chapter))
                .map_err(|error| format!("{} cannot be written: {error}", file.display()))?;
        }
        Ok(())
    }

    fn markdown(&self, chapter: &Chapter) -> String {
        let mut text = format!("# {}\n\n{INTRODUCTION}", chapter.title);
        for (number, step) in chapter.steps.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = writeln!(text, "\n## {}. {}\n", number + 1, self.named(&step.heading));
            for line in &step.lines {
                let _ = match line {
                    Line::Said(said) => writeln!(text, "{}\n", self.named(said)),
                    Line::Typed(typed) => writeln!(text, "```console\n$ {}\n```\n", self.named(typed)),
                    Line::Call(call) => writeln!(text, "* `{}`", self.named(call)),
                };
            }
        }
        while text.contains("\n\n\n") {
            text = text.replace("\n\n\n", "\n\n");
        }
        format!("{}\n", text.trim_end())
    }

    /// The longest values first, so that a value inside another one does not tear it apart.
    fn named(&self, text: &str) -> String {
        let mut names: Vec<_> = self.names.iter().collect();
        names.sort_by_key(|(value, _)| std::cmp::Reverse(value.len()));
        names
            .into_iter()
            .fold(text.to_owned(), |text, (value, name)| text.replace(value, name))
    }
}

const INTRODUCTION: &str = "\
Recorded by `cargo xtask gen` from a real run of `countersign demo`: the programs are the real ones, and the calls are
those that the provider logged. Values that change from run to run are replaced by their names.
";
