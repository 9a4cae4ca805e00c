package postgres

import (
	"bytes"
	"encoding/json"

	"github.com/sessional-go/sessional/internal/relational"
)

// draft is a JSON object that a function is given, as it is written. The first error stays.
type draft struct {
	text []byte
	err  error
}

// member begins a member.
func (d *draft) member(name string) {
	sign := byte(',')
	if len(d.text) == 0 {
		sign = '{'
	}
	d.text = append(relational.AppendText(append(d.text, sign), name), ':')
}

// add adds a member with any value.
func (d *draft) add(name string, value any) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false) // what is awkward in web pages is not so here
	if err := e.Encode(value); err != nil {
		d.err = err
		return
	}
	d.member(name)
	d.text = append(d.text, b.Bytes()...)
}

// rows adds rows under a prefix and the name of their table; none add nothing.
func rows[R any](d *draft, prefix string, t *relational.Table, all []R) {
	if len(all) == 0 || d.err != nil {
		return
	}
	d.member(prefix + t.Name)
	d.text, d.err = relational.AppendObjects(d.text, t, all)
}

// done returns the whole.
func (d *draft) done() ([]byte, error) { return append(d.text, '}'), d.err }
