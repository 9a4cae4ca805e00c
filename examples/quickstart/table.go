package main

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"slices"
	"strings"
	"unicode/utf8"
)

// cell is one field of the file with the place where it begins; lines and columns count from 1.
type cell struct {
	text      string
	line, col int
}

// row is one record of a section, by the names of its columns.
type row struct {
	cells map[string]cell
	// start is its first cell, for what is wrong with the whole of it.
	start cell
	// columns are those of its section.
	columns []cell
	bad     *exportError
}

// section is a part of the file that begins with a line such as [sessions], followed by the names of its columns.
type section struct {
	title   cell
	columns []cell
	rows    []row
}

// sections reads the whole file: CSV as spreadsheets write it, with or without a byte order mark, with either line
// ending, blank lines anywhere, and cells quoted as needed. The sections may come in any order.
func sections(data []byte, bad *exportError) map[string]*section {
	read := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))))
	read.FieldsPerRecord = -1
	found := map[string]*section{}
	var now *section
	for {
		cells, err := record(read)
		switch {
		case errors.Is(err, io.EOF):
			return found
		case err != nil:
			notCSV(err, bad)
			continue
		case blankCells(cells):
			continue
		}
		if name, ok := title(cells); ok {
			now = open(name, cells[0], found, bad)
			continue
		}
		switch {
		case now == nil:
			bad.add(cells[0], "", "expected a section such as [sessions] before the first row")
			now = &section{}
		case now.title.line == 0: // below something that is no section: said already
		case now.columns == nil:
			now.columns = names(cells, now.title.text, bad)
		default:
			now.rows = append(now.rows, newRow(cells, now.columns, bad))
		}
	}
}

// record reads one record with the places of its cells.
func record(read *csv.Reader) ([]cell, error) {
	fields, err := read.Read()
	if err != nil {
		return nil, err
	}
	cells := make([]cell, len(fields))
	for i, f := range fields {
		line, col := read.FieldPos(i)
		cells[i] = cell{text: strings.TrimSpace(f), line: line, col: col}
	}
	return cells, nil
}

func notCSV(err error, bad *exportError) {
	var wrong *csv.ParseError
	if !errors.As(err, &wrong) {
		bad.add(cell{line: 1, col: 1}, "", "this is no CSV: %v", err)
		return
	}
	at := cell{line: wrong.Line, col: wrong.Column}
	what := `a quote inside a cell is written twice, in a cell that is quoted as a whole: "Room ""A"""`
	if errors.Is(wrong.Err, csv.ErrQuote) {
		what = "expected a closing quote at the end of a cell in this row"
		at = cell{line: wrong.StartLine, col: 1}
	}
	bad.add(at, "", "%s", what)
}

func blankCells(cells []cell) bool {
	return !slices.ContainsFunc(cells, func(c cell) bool { return c.text != "" })
}

// title says whether a line begins a section: [sessions], alone on its line.
func title(cells []cell) (string, bool) {
	text := cells[0].text
	if !strings.HasPrefix(text, "[") || !strings.HasSuffix(text, "]") || !blankCells(cells[1:]) {
		return "", false
	}
	return strings.ToLower(strings.TrimSpace(text[1 : len(text)-1])), true
}

func open(name string, at cell, found map[string]*section, bad *exportError) *section {
	if _, known := layout()[name]; !known {
		bad.add(at, "", "unknown section [%s]: expected [%s]", name, strings.Join(sectionNames(), "], ["))
		return &section{}
	}
	if before, again := found[name]; again {
		bad.add(at, "", "section [%s] began on line %d already", name, before.title.line)
		return &section{}
	}
	at.text = name
	found[name] = &section{title: at}
	return found[name]
}

// names reads the line that names the columns of a section. They may come in any order, but none may be unknown: a
// misspelt one would otherwise be lost without a word.
func names(cells []cell, title string, bad *exportError) []cell {
	known := layout()[title]
	var seen []string
	for i, c := range cells {
		name := strings.ToLower(c.text)
		cells[i].text = name
		switch {
		case name == "":
		case slices.Contains(seen, name):
			bad.add(c, name, "this column is there twice")
		case !slices.ContainsFunc(known, func(k column) bool { return k.name == name }):
			bad.add(c, c.text, "unknown column: expected one of %s", columnNames(known))
		}
		seen = append(seen, name)
	}
	for _, k := range known {
		if k.required && !slices.Contains(seen, k.name) {
			bad.add(cells[0], k.name, "this column is missing")
		}
	}
	return cells
}

func newRow(cells, columns []cell, bad *exportError) row {
	r := row{cells: map[string]cell{}, start: cells[0], columns: columns, bad: bad}
	for i, c := range cells {
		switch {
		case !utf8.ValidString(c.text):
			bad.add(c, nameOf(columns, i), "expected UTF-8: save the file with that encoding")
		case i >= len(columns) || columns[i].text == "":
			if c.text != "" {
				bad.add(c, "", "this cell is in no column: expected %d cells in this row", len(columns))
			}
		default:
			r.cells[columns[i].text] = c
		}
	}
	return r
}

func nameOf(columns []cell, i int) string {
	if i < len(columns) {
		return columns[i].text
	}
	return ""
}
