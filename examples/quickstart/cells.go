package main

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/shopspring/decimal"

	"github.com/sessional-go/sessional/calendar"
)

// cell returns what stands in a column; where the column is left out it has the place of the row.
func (r row) cell(name string) cell {
	c, ok := r.cells[name]
	if !ok {
		return cell{line: r.start.line, col: r.start.col}
	}
	return c
}

// text returns a cell that may be blank.
func (r row) text(name string) string { return r.cell(name).text }

// need returns a cell that may not be blank. Where its whole column is missing, that has been said.
func (r row) need(name, expected string) string {
	c := r.cell(name)
	there := slices.ContainsFunc(r.columns, func(c cell) bool { return c.text == name })
	if c.text == "" && there {
		r.bad.add(c, name, "this is blank: expected %s", expected)
	}
	return c.text
}

// refuse notes what is wrong with a cell.
func (r row) refuse(name, format string, args ...any) { r.bad.add(r.cell(name), name, format, args...) }

// yes reads yes or no; blank stands for no.
func (r row) yes(name string) bool {
	return r.word(name, "no", "yes", "no") == "yes"
}

// word reads one of a few words; blank stands for the first.
func (r row) word(name, byDefault string, words ...string) string {
	text := strings.ToLower(r.text(name))
	switch {
	case text == "":
		return byDefault
	case !slices.Contains(words, text):
		r.refuse(name, "expected %s, not %q", oneOf(words), r.text(name))
		return byDefault
	}
	return text
}

// list reads words with spaces between them.
func (r row) list(name string, allowed ...string) []string {
	all := strings.Fields(r.text(name))
	for _, w := range all {
		if len(allowed) > 0 && !slices.Contains(allowed, w) {
			r.refuse(name, "expected %s, not %q", oneOf(allowed), w)
		}
	}
	return all
}

// switches reads all, none, or words; blank stands for all. It returns those that are off.
func (r row) switches(name string, known ...string) (off []string) {
	switch r.text(name) {
	case "", "all":
		return nil
	case "none":
		return known
	}
	on := strings.Fields(r.text(name))
	for _, w := range on {
		if !slices.Contains(known, w) {
			r.refuse(name, "expected all, none, or some of %s, not %q", strings.Join(known, " "), w)
		}
	}
	for _, k := range known {
		if !slices.Contains(on, k) {
			off = append(off, k)
		}
	}
	return off
}

// date reads a date; a blank one is the zero date.
func (r row) date(name string) calendar.Date {
	if r.text(name) == "" {
		return calendar.Date{}
	}
	d, err := calendar.ParseDate(r.text(name))
	if err != nil {
		r.refuse(name, "expected a date such as 2026-04-07, not %q", r.text(name))
	}
	return d
}

// clock reads a time of day.
func (r row) clock(name string) calendar.Clock {
	c, err := calendar.ParseClock(r.need(name, "a time such as 08:30"))
	if err != nil && r.text(name) != "" {
		r.refuse(name, "expected a time such as 08:30, not %q", r.text(name))
	}
	return c
}

// minutes reads a length; blank stands for none.
func (r row) minutes(name string) time.Duration {
	if r.text(name) == "" {
		return 0
	}
	n, err := strconv.Atoi(r.text(name))
	if err != nil || n < 0 || n > 24*60 {
		r.refuse(name, "expected whole minutes such as 30, not %q", r.text(name))
		return 0
	}
	return time.Duration(n) * time.Minute
}

// amount reads pounds and pence, as 85 or 85.00.
func (r row) amount(name string) decimal.Decimal {
	text := strings.TrimPrefix(r.need(name, "an amount in pounds such as 85.00"), "£")
	if text == "" {
		return decimal.Decimal{}
	}
	d, err := decimal.NewFromString(text)
	if err != nil || !d.IsPositive() || strings.ContainsAny(text, "eE") {
		r.refuse(name, "expected an amount in pounds such as 85.00, not %q", r.text(name))
		return decimal.Decimal{}
	}
	return d
}

// oneOf reads "a, b or c".
func oneOf(words []string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " or " + words[last]
}

// sentence is a library's error as it reads behind the name of a column.
func sentence(err error) string {
	var field *calendar.FieldError
	switch {
	case !errors.As(err, &field):
		return err.Error()
	case field.Err != nil:
		return field.Err.Error()
	}
	return field.Problem
}
