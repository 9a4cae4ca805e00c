package envelope_test

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/internal/envelope"
	"github.com/sessional-go/sessional/session"
)

var update = flag.Bool("update", false, "write the golden files")

const golden = "testdata/schema1.json"

// whole is an event with everything that an event can have.
func whole() session.Event {
	by := session.Actor{Person: "grace", Capacity: session.AsRotaManager, Provider: "leeds", Practice: "park-lane",
		Clinician: "c-grace"}
	return session.Event{
		Subject: session.Subject{Kind: session.KindSession, ID: "7f3c"}, Version: 3, Kind: "session.withdrawn",
		Provider: "leeds", Session: "7f3c", At: time.Date(2026, time.July, 2, 9, 0, 0, 123456000, time.UTC),
		By: by, Command: "c-9", From: "open", To: "withdrawn", Reason: "t-4",
		Facts: session.Facts{"notice_hours": "3", "cause": "<closed> & gone"},
	}
}

// The form is a promise to every consumer: a change of this file is a change for all of them.
func TestSchema1IsTheDocumentedOne(t *testing.T) {
	e := whole()
	for i := range reflect.TypeFor[session.Event]().NumField() {
		if reflect.ValueOf(e).Field(i).IsZero() {
			t.Errorf("the golden event has no %s", reflect.TypeFor[session.Event]().Field(i).Name)
		}
	}
	got, err := envelope.Encode(e)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(strings.TrimSpace(string(want)), string(got)); diff != "" {
		t.Errorf("the form has changed (-documented +written):\n%s", diff)
	}
	read, err := envelope.Decode(want)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(e, read); diff != "" {
		t.Errorf("the golden event is read differently (-written +read):\n%s", diff)
	}
}

func TestEventsComeBackAsTheyWere(t *testing.T) {
	text := rapid.String()
	rapid.Check(t, func(t *rapid.T) {
		e := whole()
		e.Subject.ID = text.Draw(t, "subject")
		e.Version = rapid.Int64().Draw(t, "version")
		e.Provider = session.ProviderID(text.Draw(t, "provider"))
		e.At = time.UnixMicro(rapid.Int64Range(0, 4e15).Draw(t, "at")).UTC()
		e.Facts = session.Facts{text.Draw(t, "name"): text.Draw(t, "value")}
		written, err := envelope.Encode(e)
		if err != nil {
			t.Fatal(err)
		}
		local := e
		local.At = e.At.In(time.FixedZone("", 3600))
		if again, err := envelope.Encode(local); err != nil || !bytes.Equal(written, again) {
			t.Fatalf("%s, %s: %v", written, again, err)
		}
		read, err := envelope.Decode(written)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(e, read); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestWhatIsNoEventIsRefused(t *testing.T) {
	var schema *envelope.SchemaError
	if _, err := envelope.Decode([]byte(`{"schema":2,"data":["new"]}`)); !errors.As(err, &schema) || schema.Schema != 2 ||
		schema.Code() != "event_schema" || !strings.Contains(err.Error(), "schema 2") {
		t.Errorf("another schema: %v", err)
	}
	for _, text := range []string{``, `[]`, `{"schema":1}`, `{"schema":1,"data":[]}`,
		`{"schema":1,"key":"a/b/1/c","data":{"version":1}}`} {
		if e, err := envelope.Decode([]byte(text)); err == nil {
			t.Errorf("%s was read as %v", text, e)
		}
	}
	known, err := envelope.Encode(whole())
	if err != nil {
		t.Fatal(err)
	}
	newer := bytes.Replace(known, []byte(`"data":{`), []byte(`"since":"2031","data":{"mood":["new"],`), 1)
	if e, err := envelope.Decode(newer); err != nil || e.Key() != whole().Key() {
		t.Errorf("fields that were added: %v, %v", e, err)
	}
}
