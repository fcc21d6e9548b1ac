//! Sponsors as a sheet: CSV as spreadsheets export it, one sponsor a row.

use std::{borrow::Cow, collections::BTreeSet, fmt};

use super::node::{Key, Kind, Node};
use crate::project::nearest;

/// A cell of a sheet, as people find it: rows count from 1, the heads of the columns are row 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Cell {
    row: usize,
    column: String,
}

impl fmt::Display for Cell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        if self.column.is_empty() { Ok(()) } else { write!(f, ", column \"{}\"", self.column) }
    }
}

/// What a sheet holds.
#[derive(Debug)]
pub(super) struct Sheet {
    /// A table for each sponsor. Places are numbers of `cells`.
    pub(super) sponsors: Vec<Node>,
    pub(super) cells: Vec<Cell>,
    /// Mistakes at cells.
    pub(super) mistakes: Vec<(std::ops::Range<usize>, String)>,
}

/// Columns that become keys of a sponsor as they are.
const TEXTS: [&str; 9] = ["name", "tier", "slug", "logo", "website", "video", "brochure", "staff", "slot"];

/// Columns that become something else.
const OTHERS: [&str; 6] = ["meeting", "jitsi-host", "bbb", "at", "near", "apart-from"];

const UNCLOSED: &str = "a quotation mark (\") begins a cell that no other ends";

/// Reads a sheet whose cells are numbered from `base`.
pub(super) fn read(bytes: &[u8], base: usize) -> Result<Sheet, String> {
    let text = decoded(bytes);
    let (said, text) = without_separator(&text);
    let delimiter = said.unwrap_or_else(|| delimiter(text));
    let mut rows = rows(text, delimiter)
        .into_iter()
        .zip(1..)
        .map(|((row, closed), number)| Ok((number, closed, cells(row, delimiter)?)));
    let (_, closed, heads) = rows.next().unwrap_or_else(|| Err("the sheet is empty".to_owned()))?;
    if !closed {
        return Err(format!("row 1: {UNCLOSED}"));
    }
    let mut sheet = Sheet { sponsors: Vec::new(), cells: Vec::new(), mistakes: Vec::new() };
    let heads: Vec<(String, Option<&str>)> =
        heads.iter().map(|head| (head.trim().to_owned(), known(head))).collect();
    if heads.iter().all(|(_, key)| *key != Some("name")) {
        return Err(
            "no column is called \"name\": the first row must hold the names of the columns".to_owned()
        );
    }
    for (index, (head, key)) in heads.iter().enumerate() {
        let twice = key.is_some() && heads[..index].iter().any(|(_, other)| other == key);
        let near = key.is_none().then(|| nearest(&plain(head), TEXTS.iter().chain(&OTHERS))).flatten();
        let message = match near {
            _ if twice => format!("the column \"{head}\" is there twice"),
            Some(near) => format!("unknown column \"{head}\"; did you mean \"{near}\"?"),
            // Sheets have columns for other purposes.
            None => continue,
        };
        let at = sheet.cell(base, 1, head);
        sheet.mistakes.push((at, message));
    }
    for record in rows {
        let (row, closed, record) = record?;
        if !closed {
            // What follows the quotation mark is one cell to any reader: nothing in it can be told apart.
            let head = record.len().checked_sub(1).and_then(|last| heads.get(last));
            let at = sheet.cell(base, row, head.map_or("", |(head, _)| head));
            sheet.mistakes.push((at, UNCLOSED.to_owned()));
            continue;
        }
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let beyond = record.iter().skip(heads.len()).map(str::trim).find(|cell| !cell.is_empty());
        if let Some(cell) = beyond {
            let at = sheet.cell(base, row, "");
            let sign =
                if delimiter == b'\t' { "tab".to_owned() } else { format!("\"{}\"", char::from(delimiter)) };
            let message = format!(
                "\"{cell}\" stands beyond the last of the {} columns: a cell with a {sign} in it needs quotation \
                 marks around it",
                heads.len()
            );
            sheet.mistakes.push((at, message));
        }
        let whole = sheet.cell(base, row, "");
        let filled = heads.iter().zip(record.iter());
        let mut filled: Vec<(&str, &str, &str)> = filled
            .filter_map(|((head, key), text)| Some((head.as_str(), (*key)?, text.trim())))
            .filter(|(.., text)| !text.is_empty())
            .collect();
        // Of a column that is there twice the first counts; that it is has been said.
        let mut known = BTreeSet::new();
        filled.retain(|(_, key, _)| known.insert(*key));
        let entries = sponsor(&mut sheet, base, row, &filled);
        sheet.sponsors.push(Node { span: whole, kind: Kind::Table(entries) });
    }
    Ok(sheet)
}

impl Sheet {
    /// A place for a cell.
    fn cell(&mut self, base: usize, row: usize, column: &str) -> std::ops::Range<usize> {
        let at = base + self.cells.len();
        self.cells.push(Cell { row, column: column.to_owned() });
        at..at + 1
    }
}

/// The keys of a sponsor, from the cells of a row that are filled: head, key, text.
fn sponsor(sheet: &mut Sheet, base: usize, row: usize, cells: &[(&str, &str, &str)]) -> Vec<(Key, Node)> {
    let other = |wanted: &str| cells.iter().find(|(_, key, _)| *key == wanted).map(|(.., text)| *text);
    let mut entries: Vec<(Key, Node)> = Vec::new();
    for (head, key, text) in cells {
        let at = sheet.cell(base, row, head);
        let node = |kind: Kind| Node { span: at.clone(), kind };
        let table = |pairs: Vec<(&str, Kind)>| {
            let entry =
                |(name, kind): (&str, Kind)| (Key { span: at.clone(), name: name.to_owned() }, node(kind));
            Kind::Table(pairs.into_iter().map(entry).collect())
        };
        let word = |text: &str| Kind::Text(text.to_owned());
        let (name, kind) = match *key {
            "meeting" if other("bbb").is_some() => {
                if said(text) != Some(true) {
                    let message = "this says another thing than the column \"bbb\": leave one of them empty";
                    sheet.mistakes.push((at, message.to_owned()));
                }
                continue;
            }
            "meeting" => match (said(text), other("jitsi-host")) {
                (Some(said), _) => ("meeting", Kind::Bool(said)),
                (None, Some(host)) => ("meeting", table(vec![("jitsi", word(text)), ("host", word(host))])),
                (None, None) => ("meeting", word(text)),
            },
            "jitsi-host" => {
                if other("meeting").is_none_or(|meeting| said(meeting).is_some()) {
                    let message = "a host needs the name of a room in the column \"meeting\"".to_owned();
                    sheet.mistakes.push((at, message));
                }
                continue;
            }
            "bbb" => ("meeting", table(vec![("bbb", word(text))])),
            "at" => {
                let numbers = text.split([',', ';', ' ', '/']).map(str::trim).filter(|part| !part.is_empty());
                let numbers: Vec<Result<i64, _>> = numbers.map(str::parse).collect();
                let [Ok(x), Ok(y)] = numbers.as_slice() else {
                    let message =
                        format!("\"{text}\" is no place; write column and row of its corner: 61, 4");
                    sheet.mistakes.push((at, message));
                    continue;
                };
                ("at", table(vec![("x", Kind::Int(*x)), ("y", Kind::Int(*y))]))
            }
            "near" | "apart-from" => {
                let names = text.split([';', '\n']).map(str::trim).filter(|name| !name.is_empty());
                (*key, Kind::List(names.map(|name| node(word(name))).collect()))
            }
            key => (key, word(text)),
        };
        entries.push((Key { span: at.clone(), name: name.to_owned() }, node(kind)));
    }
    entries
}

/// The rows of a sheet as people count them: empty ones too, and line feeds within quotes end none. Beside each,
/// whether the quotes in it are closed. A quotation mark within a cell, as of inches, begins nothing.
fn rows(text: &str, delimiter: u8) -> Vec<(&str, bool)> {
    let (mut begins_cell, mut quoted, mut just_closed) = (true, false, false);
    let ends = |c: char| {
        // A second mark behind one that closes is one of the cell's text.
        let opens = c == '"' && !quoted && (begins_cell || just_closed);
        just_closed = c == '"' && quoted;
        quoted = opens || quoted && !just_closed;
        begins_cell = !quoted && (c == '\n' || c == char::from(delimiter));
        c == '\n' && !quoted
    };
    let rows: Vec<&str> = text.split_inclusive(ends).collect();
    let last = rows.len().saturating_sub(1);
    rows.into_iter().enumerate().map(|(index, row)| (row, index < last || !quoted)).collect()
}

/// The cells of a row.
fn cells(row: &str, delimiter: u8) -> Result<csv::StringRecord, String> {
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .has_headers(false)
        .flexible(true)
        .from_reader(row.as_bytes());
    let mut record = csv::StringRecord::new();
    reader.read_record(&mut record).map_err(|error| error.to_string())?;
    Ok(record)
}

/// What a word for yes or no says.
fn said(text: &str) -> Option<bool> {
    match text.to_lowercase().as_str() {
        "yes" | "y" | "true" | "x" | "1" | "ja" | "oui" | "wahr" | "vrai" => Some(true),
        "no" | "n" | "false" | "-" | "0" | "nein" | "non" | "falsch" | "faux" => Some(false),
        _ => None,
    }
}

/// The key that a column stands for.
fn known(head: &str) -> Option<&'static str> {
    let head = plain(head);
    TEXTS.iter().chain(&OTHERS).find(|key| **key == head).copied()
}

fn plain(head: &str) -> String {
    head.trim().to_lowercase().replace([' ', '_'], "-")
}

/// The text of a sheet: in the encoding of its mark, else UTF-8, else what Excel writes on Windows.
fn decoded(bytes: &[u8]) -> Cow<'_, str> {
    if let Some((encoding, mark)) = encoding_rs::Encoding::for_bom(bytes) {
        return encoding.decode_without_bom_handling(&bytes[mark..]).0;
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

/// Takes off the first line by which Excel says what separates the cells, `sep=;`; it shows it to nobody.
fn without_separator(text: &str) -> (Option<u8>, &str) {
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let line = line.trim_end_matches('\r').trim_matches('"').to_ascii_lowercase();
    match line.strip_prefix("sep=").map(str::as_bytes) {
        Some([sign]) => (Some(*sign), rest),
        _ => (None, text),
    }
}

/// What separates the cells: whatever stands most often between those of the first row.
fn delimiter(text: &str) -> u8 {
    let mut quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    for byte in text.bytes() {
        match byte {
            b'"' => quoted = !quoted,
            b'\n' if !quoted => break,
            byte if !quoted => {
                if let Some((_, count)) = counts.iter_mut().find(|(sign, _)| *sign == byte) {
                    *count += 1;
                }
            }
            _ => {}
        }
    }
    // Of equals the first.
    let most = counts.iter().rev().max_by_key(|(_, count)| *count);
    most.map_or(b',', |(sign, _)| *sign)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sheets_as_spreadsheets_export_them() {
        let lines = "Name;Tier;Website;Apart from;Contact\r\n\"Müller; Söhne\";gold;https://a.example;\"Acme;\nGlobex\";ada\r\n;;;;\r\n\r\nAcme;silver;;;\r\n";
        let utf16: Vec<u8> =
            std::iter::once(0xfeff).chain(lines.encode_utf16()).flat_map(u16::to_le_bytes).collect();
        let windows: Vec<u8> = encoding_rs::WINDOWS_1252.encode(lines).0.into_owned();
        let marked = [b"\xef\xbb\xbf", lines.as_bytes()].concat();
        let tabs = lines.replace(';', "\t").replace("Müller\t S", "Müller; S").replace("Acme\t\n", "Acme;\n");
        for bytes in [lines.as_bytes(), &utf16, &windows, &marked, tabs.as_bytes()] {
            let sheet = read(bytes, 100).unwrap();
            assert_eq!(sheet.mistakes, []);
            let [first, second] = sheet.sponsors.as_slice() else { panic!("{sheet:?}") };
            let Kind::Table(entries) = &first.kind else { panic!() };
            let texts: Vec<String> =
                entries.iter().map(|(key, value)| format!("{} {:?}", key.name, value.kind)).collect();
            assert!(texts[0].contains("Müller; Söhne"), "{texts:?}");
            assert!(
                texts[3].starts_with("apart-from")
                    && texts[3].contains("Acme")
                    && texts[3].contains("Globex")
            );
            assert_eq!(texts.len(), 4, "the column \"Contact\" is nobody's");
            let Kind::Table(entries) = &second.kind else { panic!() };
            assert_eq!(sheet.cells[entries[1].1.span.start - 100].to_string(), "row 5, column \"Tier\"");
        }
    }

    #[test]
    fn mistakes_of_a_sheet() {
        let sheet =
            read(b"name,teir,at,jitsi-host,name,bbb,meeting\nAcme,gold,somewhere,meet.example,x,b,room\n", 0)
                .unwrap();
        let told: Vec<String> = sheet
            .mistakes
            .iter()
            .map(|(at, message)| format!("{}: {message}", sheet.cells[at.start]))
            .collect();
        assert_eq!(
            told,
            [
                "row 1, column \"teir\": unknown column \"teir\"; did you mean \"tier\"?",
                "row 1, column \"name\": the column \"name\" is there twice",
                "row 2, column \"at\": \"somewhere\" is no place; write column and row of its corner: 61, 4",
                "row 2, column \"meeting\": this says another thing than the column \"bbb\": leave one of them empty",
            ]
        );
        assert!(read(b"", 0).is_err() && read(b"Acme,gold\n", 0).is_err());
    }

    fn told(sheet: &str) -> Vec<String> {
        let sheet = read(sheet.as_bytes(), 0).unwrap();
        let told = sheet.mistakes.iter();
        told.map(|(at, message)| format!("{}: {message}", sheet.cells[at.start])).collect()
    }

    #[test]
    fn marks_of_inches_begin_no_quotation() {
        let rows = |text| rows(text, b',');
        assert_eq!(
            rows("Acme 19\" racks,gold\nGlobex,gold\n"),
            [("Acme 19\" racks,gold\n", true), ("Globex,gold\n", true)]
        );
        assert_eq!(
            rows("\"a\nb\",\"c \"\"d\"\"\n\"\nnext"),
            [("\"a\nb\",\"c \"\"d\"\"\n\"\n", true), ("next", true)]
        );
        assert_eq!(rows("a\n\"b\nc"), [("a\n", true), ("\"b\nc", false)]);
    }

    #[test]
    fn a_quotation_mark_that_is_not_closed_is_told_as_such() {
        let sheet = "name,tier,website\nGlobex,gold,\nAcme,\"gold,https://a.example\nHooli,gold,\n";
        assert_eq!(told(sheet), [format!("row 3, column \"tier\": {UNCLOSED}")]);
        assert_eq!(read(sheet.as_bytes(), 0).unwrap().sponsors.len(), 1);
        assert_eq!(read(b"name,\"tier\nAcme,gold\n", 0).unwrap_err(), format!("row 1: {UNCLOSED}"));
        assert_eq!(told("name,tier\n\"Acme \"\"the best\"\"\nof all\",gold\n"), [""; 0]);
    }

    #[test]
    fn cells_beyond_the_columns_are_told() {
        assert_eq!(
            told("name,tier\nMüller, Söhne,gold\nAcme,gold,,\n"),
            [
                "row 2: \"gold\" stands beyond the last of the 2 columns: a cell with a \",\" in it needs quotation marks \
                 around it"
            ]
        );
    }

    #[test]
    fn excel_may_say_what_separates_the_cells() {
        for first in ["sep=;\r\n", "SEP=;\n", "\"sep=;\"\n"] {
            let text = format!("{first}Name;Tier;a,b,c,d\nAcme;gold;\n;silver;\n");
            let sheet = read(text.as_bytes(), 0).unwrap();
            assert_eq!((sheet.sponsors.len(), sheet.mistakes.len()), (2, 0), "{first}");
            assert!(
                sheet.cells.iter().any(|cell| cell.to_string() == "row 2, column \"Tier\""),
                "{:?}",
                sheet.cells
            );
        }
    }
}
