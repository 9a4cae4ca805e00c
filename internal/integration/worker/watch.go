package worker

import (
	"context"
	"encoding/json"
	"time"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/internal/digest"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/session"
)

// watched is a store whose commits are told before they are made, and after: what a process that dies in between was
// about to write is then known.
type watched struct {
	Store
	say *voice
}

// moment is when a command was decided, as far as the store knows: during its last reading, or during the commit that was
// done.
type moment struct {
	readFrom, readUntil int64
	doneFrom, doneUntil int64
}

type momentKey struct{}

// watching returns a context under which the store notes when the one command that runs under it is decided.
func watching(ctx context.Context, m *moment) context.Context {
	return context.WithValue(ctx, momentKey{}, m)
}

func momentOf(ctx context.Context) *moment {
	if m, ok := ctx.Value(momentKey{}).(*moment); ok {
		return m
	}
	return &moment{} // somebody looks around: nobody asks when
}

// Load notes when it was.
func (w watched) Load(ctx context.Context, want desk.Want) (desk.Snapshot, error) {
	m := momentOf(ctx)
	m.readFrom = Monotonic()
	read, err := w.Store.Load(ctx, want)
	m.readUntil = Monotonic()
	return read, err
}

// Commit tells what it is about to write, and the verdict.
func (w watched) Commit(ctx context.Context, c desk.Changes) (desk.Verdict, error) {
	try := TryOf(c)
	no := w.say.number()
	from := Monotonic()
	w.say.line(Line{Kind: Trying, No: no, At: from, Try: &try})
	verdict, err := w.Store.Commit(ctx, c)
	until := Monotonic()
	word := verdict.String()
	if err != nil {
		word = UnknownCode
	}
	if err == nil && verdict == desk.Done {
		m := momentOf(ctx)
		m.doneFrom, m.doneUntil = from, until
	}
	w.say.line(Line{Kind: Judged, No: no, At: until, Verdict: word})
	return verdict, err
}

// TryOf marks all that changes write.
func TryOf(c desk.Changes) Try {
	t := Try{Key: c.Key, Outcome: OutcomeSum(c.Outcome)}
	for _, r := range c.Records() {
		t.Records = append(t.Records, RecordMark(r))
	}
	for _, e := range c.Events {
		t.Events = append(t.Events, EventMark(e))
	}
	return t
}

// RecordMark marks a record.
func RecordMark(r session.Record) Mark {
	m := Mark{Subject: r.Subject(), Version: r.Revision(), About: r.About(), Tenant: r.Tenant(), Sum: digest.Of(r)}
	if sent, ok := r.(booking.Message); ok {
		m.With = sent.Clinician
	}
	return m
}

// EventMark marks an event.
func EventMark(e session.Event) Mark {
	return Mark{
		Subject: e.Subject, Version: e.Version, About: e.Session, Tenant: e.Provider, Event: e.Key(), Sum: digest.Of(e),
	}
}

// OutcomeSum is the digest of what a command led to, and when: two tries of one command may come to the same answer, and
// differ in the instant that their records hold.
func OutcomeSum(o desk.Outcome) string {
	return digest.Of(struct{ Digest, Result, At string }{o.Digest, Canonical(o.Result), o.At.UTC().Format(time.RFC3339Nano)})
}

// Canonical is a JSON text in the one form that all texts of the same meaning have; blank for what is none.
func Canonical(text []byte) string {
	var v any
	if err := json.Unmarshal(text, &v); err != nil {
		return ""
	}
	same, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(same)
}
