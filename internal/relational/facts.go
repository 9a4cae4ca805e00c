package relational

import (
	"reflect"
	"slices"

	"github.com/sessional-go/sessional/session"
)

// writeFacts writes an event's facts as encoding/json does, in the order of their names, but not by way of it: facts are
// most of what an event has.
func writeFacts(text []byte, field reflect.Value) ([]byte, error) {
	facts, _ := reflect.TypeAssert[session.Facts](field)
	var most [16]string // room for those of nearly every event without asking for memory; append finds more
	names := most[:0]
	for name := range facts {
		names = append(names, name)
	}
	slices.Sort(names)
	text = append(text, '{')
	for i, name := range names {
		if i > 0 {
			text = append(text, ',')
		}
		text = append(AppendText(text, name), ':')
		text = AppendText(text, facts[name])
	}
	return append(text, '}'), nil
}
