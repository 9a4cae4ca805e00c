package memory_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

var written = time.Date(2026, time.July, 2, 9, 0, 0, 0, time.UTC)

// writes commits one message of an author, with its text, an hour after the one before.
func writes(t *testing.T, s *memory.Store, n int, author session.PersonID, class session.TextClass) session.TextID {
	t.Helper()
	id := session.TextID(fmt.Sprintf("text-%d", n))
	at := written.Add(time.Duration(n) * time.Hour)
	text := session.Text{ID: id, Version: 1, Provider: "north", Class: class, Body: "words", By: author, Written: at}
	settled := session.Session{ID: session.SessionID(fmt.Sprint("s", n)), Version: 1, Provider: "north", Practice: "leeds",
		Reference: session.Reference(fmt.Sprint("#401", n)), State: session.Withdrawn}
	commit(t, s, desk.Changes{
		Key: desk.CommandKey{Actor: "a", Command: session.CommandID(id)}, Sessions: []session.Session{settled},
		Texts: []session.Text{text},
		Events: []session.Event{{
			Subject: settled.Subject(), Version: 1, Kind: "session.withdrawn", At: at, By: session.Support("sam"),
			Command: session.CommandID(id), Reason: id,
		}},
	})
	return id
}

func commit(t *testing.T, s *memory.Store, c desk.Changes) {
	t.Helper()
	verdict, err := s.Commit(t.Context(), c)
	if err != nil || verdict != desk.Done {
		t.Fatalf("%v, %v", verdict, err)
	}
}

func TestDumpIsTheSameForTheSameContent(t *testing.T) {
	first, second := memory.New(), memory.New()
	writes(t, first, 1, "jo", session.ReasonText)
	writes(t, second, 1, "jo", session.ReasonText)
	a, err := first.Dump()
	if err != nil {
		t.Fatal(err)
	}
	b, err := second.Dump()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(a), string(b)); diff != "" {
		t.Errorf("the same commits dump differently:\n%s", diff)
	}
	for _, part := range []string{`"#4011"`, `"words"`, "session.withdrawn"} {
		if !strings.Contains(string(a), part) {
			t.Errorf("the dump lacks %s", part)
		}
	}
	writes(t, second, 2, "jo", session.ReasonText)
	if b, err = second.Dump(); err != nil || cmp.Equal(a, b) {
		t.Errorf("another commit leaves the dump as it was: %v", err)
	}
}
