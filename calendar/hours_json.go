package calendar

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// hoursJSON is Hours as they are written: every value a string, so that one
// that cannot be read is reported with its path.
type hoursJSON struct {
	Windows []struct {
		Days string `json:"days"`
		From string `json:"from"`
		To   string `json:"to"`
	} `json:"windows"`
	Closed struct {
		AllHolidays bool     `json:"all_holidays"`
		Holidays    []string `json:"holidays"`
		Dates       []string `json:"dates"`
	} `json:"closed"`
}

// UnmarshalJSON reads hours and validates them: a field that is wrong is a
// [*FieldError] with its path, and one that is unknown is refused.
func (h *Hours) UnmarshalJSON(data []byte) error {
	var raw hoursJSON
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&raw); err != nil {
		return &FieldError{Problem: "must be opening hours (" + err.Error() + ")", Err: err}
	}
	read := Hours{Closed: Closures{AllHolidays: raw.Closed.AllHolidays, Holidays: raw.Closed.Holidays}}
	for i, w := range raw.Windows {
		path := "windows[" + strconv.Itoa(i) + "]"
		var window Window
		if err := readText(&window.Days, w.Days, path+".days"); err != nil {
			return err
		}
		if err := readText(&window.From, w.From, path+".from"); err != nil {
			return err
		}
		if err := readText(&window.To, w.To, path+".to"); err != nil {
			return err
		}
		read.Windows = append(read.Windows, window)
	}
	for i, s := range raw.Closed.Dates {
		var d Date
		if err := readText(&d, s, "closed.dates["+strconv.Itoa(i)+"]"); err != nil {
			return err
		}
		read.Closed.Dates = append(read.Closed.Dates, d)
	}
	if err := read.Validate(); err != nil {
		return err
	}
	*h = read
	return nil
}

// readText reads one value, and puts its path into the error.
func readText(into interface{ UnmarshalText([]byte) error }, s, path string) error {
	err := into.UnmarshalText([]byte(s))
	if e, ok := err.(*FieldError); ok { //nolint:errorlint // because the four types that come here return it unwrapped
		return &FieldError{Field: path, Problem: e.Problem}
	}
	return err
}
