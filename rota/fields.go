package rota

import (
	"strconv"
	"time"

	"github.com/sessional-go/sessional/session"
)

// field is one part of the terms as a change tells of it.
type field struct {
	name string
	same func(a, b session.Terms) bool
	// facts adds what the record may hold of it; nil for free text, of which only that it changed (P4).
	facts func(add func(name, value string), t session.Terms)
}

// termFields are all parts of the terms, in the order in which they are told.
var termFields = []field{
	{
		"role", func(a, b session.Terms) bool { return a.Role == b.Role },
		func(add func(name, value string), t session.Terms) { add("role", string(t.Role)) },
	},
	{
		"start", func(a, b session.Terms) bool { return a.Span.Start.Equal(b.Span.Start) },
		func(add func(name, value string), t session.Terms) { add("start", stamp(t.Span.Start)) },
	},
	{
		"end", func(a, b session.Terms) bool { return a.Span.End.Equal(b.Span.End) },
		func(add func(name, value string), t session.Terms) { add("end", stamp(t.Span.End)) },
	},
	{
		"break", func(a, b session.Terms) bool { return a.Break == b.Break },
		func(add func(name, value string), t session.Terms) {
			add("break", strconv.FormatInt(int64(t.Break/time.Minute), 10))
		},
	},
	{
		"rate", func(a, b session.Terms) bool { return a.Rate.Equal(b.Rate) },
		func(add func(name, value string), t session.Terms) {
			add("rate", t.Rate.Amount.String())
			add("per", t.Rate.Per.String())
			add("currency", string(t.Rate.Currency))
		},
	},
	{name: "place", same: func(a, b session.Terms) bool { return a.Place == b.Place }},
	{name: "instructions", same: func(a, b session.Terms) bool { return a.Instructions == b.Instructions }},
}

// differences are the names of the parts in which two terms differ.
func differences(a, b session.Terms) []string {
	var names []string
	for _, f := range termFields {
		if !f.same(a, b) {
			names = append(names, f.name)
		}
	}
	return names
}

// changeFacts tell field by field what a change made of the terms of a session (S5).
func changeFacts(s session.Session, from, to session.Terms) session.Facts {
	facts := sessionFacts(s, to)
	for _, f := range termFields {
		switch {
		case f.same(from, to):
		case f.facts == nil:
			facts[f.name] = "changed"
		default:
			f.facts(func(name, value string) { facts[name+".from"] = value }, from)
			f.facts(func(name, value string) { facts[name+".to"] = value }, to)
		}
	}
	return facts
}
