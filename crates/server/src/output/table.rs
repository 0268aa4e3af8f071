//! A table in columns.

use super::{STRONG, plain};
use anstyle::Style;
use std::fmt::Write as _;

/// One cell.
pub(crate) struct Cell {
    text: String,
    style: Style,
}

impl Cell {
    /// A text in a colour.
    pub(crate) fn styled(text: impl AsRef<str>, style: Style) -> Self {
        Self {
            text: plain(text.as_ref()),
            style,
        }
    }
}

impl<T: AsRef<str>> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::styled(text, Style::new())
    }
}

/// A table; without rows it is a sentence.
pub(crate) struct Table {
    headings: Vec<&'static str>,
    rows: Vec<Vec<Cell>>,
    empty: &'static str,
}

impl Table {
    /// A table with its headings and the sentence that stands for no rows.
    pub(crate) fn new<const N: usize>(headings: [&'static str; N], empty: &'static str) -> Self {
        Self {
            headings: headings.to_vec(),
            rows: Vec::new(),
            empty,
        }
    }

    /// Adds a row; it has a cell for each heading.
    pub(crate) fn row<const N: usize>(&mut self, cells: [Cell; N]) {
        self.rows.push(cells.into());
    }

    /// The table as text.
    pub(crate) fn text(&self) -> String {
        if self.rows.is_empty() {
            return self.empty.to_owned();
        }
        let widths: Vec<usize> = (0..self.headings.len())
            .map(|column| self.width(column))
            .collect();
        let headings = self
            .headings
            .iter()
            .map(|heading| Cell::styled(heading, STRONG))
            .collect();
        let mut text = String::new();
        for row in std::iter::once(&headings).chain(&self.rows) {
            line(&mut text, row, &widths);
        }
        text
    }

    fn width(&self, column: usize) -> usize {
        let cells = self
            .rows
            .iter()
            .filter_map(|row| row.get(column))
            .map(|cell| cell.text.chars().count());
        cells
            .chain(self.headings.get(column).map(|heading| heading.len()))
            .max()
            .unwrap_or(0)
    }
}

fn line(text: &mut String, row: &[Cell], widths: &[usize]) {
    for (index, (cell, width)) in row.iter().zip(widths).enumerate() {
        let style = cell.style;
        let _infallible = write!(text, "{style}{}{style:#}", cell.text);
        if index + 1 < widths.len() {
            let gap = width.saturating_sub(cell.text.chars().count()) + 2;
            text.push_str(&" ".repeat(gap));
        }
    }
    text.push('\n');
}
