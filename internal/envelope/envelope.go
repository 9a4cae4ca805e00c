// Package envelope has the one form in which events leave as JSON, whatever carries them: webhooks and the relay to
// brokers. A consumer reads one documented form, and it is written in one place.
//
//	{
//	  "schema": 1,
//	  "type": "session.withdrawn",
//	  "timestamp": "2026-07-02T09:00:00Z",
//	  "key": "session/7f3c/3/session.withdrawn",
//	  "data": { … }
//	}
//
// Data is a session.Event as the record has it; blank fields are left out. Within a schema fields are only ever added,
// and none changes its meaning. What a consumer could not pass over gets the next schema.
package envelope

import (
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/sessional-go/sessional/session"
)

// Schema is the version of the form that is written.
const Schema = 1

type envelope struct {
	Schema    int               `json:"schema"`
	Type      session.EventKind `json:"type"`
	Timestamp time.Time         `json:"timestamp"`
	Key       string            `json:"key"`
	Data      session.Event     `json:"data"`
}

// Encode returns an event as JSON: the same bytes every time. It fails only for a year that RFC 3339 can't write.
func Encode(e session.Event) ([]byte, error) {
	e.At = e.At.UTC()
	return json.Marshal(envelope{Schema, e.Kind, e.At, e.Key(), e})
}

// SchemaError says that an event came in a form that this release doesn't read.
type SchemaError struct {
	// Schema is the one it came in; 0 where it named none.
	Schema int
}

func (e *SchemaError) Error() string {
	return "the event comes in schema " + strconv.Itoa(e.Schema) + ", and this release reads schema " +
		strconv.Itoa(Schema)
}

// Code returns event_schema.
func (*SchemaError) Code() string { return "event_schema" }

// Decode reads what Encode wrote, and passes over fields that it doesn't know. The error is a *SchemaError for another
// schema.
func Decode(text []byte) (session.Event, error) {
	var read struct {
		Schema int             `json:"schema"`
		Key    string          `json:"key"`
		Data   json.RawMessage `json:"data"` // another schema's may have any shape
	}
	if err := json.Unmarshal(text, &read); err != nil {
		return session.Event{}, fmt.Errorf("this is no event: %w", err)
	}
	if read.Schema != Schema {
		return session.Event{}, &SchemaError{read.Schema}
	}
	var e session.Event
	if err := json.Unmarshal(read.Data, &e); err != nil {
		return session.Event{}, fmt.Errorf("this is no event: %w", err)
	}
	if read.Key != e.Key() {
		return session.Event{}, fmt.Errorf("this is no event: its key is %q, and its parts say %q", read.Key, e.Key())
	}
	return e, nil
}
