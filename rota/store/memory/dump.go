package memory

import (
	"encoding/json"
	"maps"

	"github.com/sessional-go/sessional/booking"
	"github.com/sessional-go/sessional/session"
)

// Dump writes everything that the store keeps as JSON: all records by their ids, diaries, outcomes, and the events in
// the order of their commits. The same content gives the same bytes, so that a test can say "and nothing changed".
// Left out are the queue, whose plans follow from the events, and how many references were reserved: gaps are fine
// (S1). It is for tests and debugging; the format may change.
func (s *Store) Dump() ([]byte, error) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	type entries struct {
		Version int64                               `json:"version"`
		Entries map[session.BookingID]booking.Entry `json:"entries"`
	}
	diaries := map[session.ClinicianID]entries{}
	for who, d := range s.diaries {
		diaries[who] = entries{d.version, maps.Clone(d.entries)}
	}
	type outcome struct {
		Digest string `json:"digest"`
		Result string `json:"result"`
		At     string `json:"at"`
	}
	outcomes := map[string]map[session.CommandID]outcome{}
	for key, o := range s.outcomes {
		if outcomes[key.Actor] == nil {
			outcomes[key.Actor] = map[session.CommandID]outcome{}
		}
		outcomes[key.Actor][key.Command] = outcome{o.Digest, string(o.Result), o.At.String()}
	}
	return json.MarshalIndent(map[string]any{
		"sessions": s.sessions, "applications": s.applications, "bookings": s.bookings, "diaries": diaries,
		"cases": s.cases, "fees": s.fees, "hours": s.hours, "invoices": s.invoices, "messages": s.messages,
		"texts": s.texts, "settings": s.settings, "policies": s.policies, "outcomes": outcomes, "events": s.events,
	}, "", "  ")
}
