package ics_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/ics"
	"github.com/sessional-go/sessional/rota/desk"
	"github.com/sessional-go/sessional/rota/store/memory"
	"github.com/sessional-go/sessional/session"
)

// A host mounts the feed, and gives each clinician an address of their own. To revoke it, it counts their generation
// up.
func ExampleDiary() {
	directory := memory.NewDirectory()
	theDesk, err := desk.New(desk.Options{Store: memory.New(), Directory: directory})
	if err != nil {
		fmt.Println(err)
		return
	}
	generation := int64(1) // a column of the host's table of users
	tokens := ics.SignedTokens{
		Keys:       [][]byte{bytes.Repeat([]byte("s"), 32)}, // from where the host keeps its secrets
		Generation: func(context.Context, session.Actor) (int64, error) { return generation, nil },
	}
	diary, err := ics.Diary(theDesk, ics.Options{Tokens: tokens, Practices: directory, Name: "My sessions"})
	if err != nil {
		fmt.Println(err)
		return
	}
	mux := http.NewServeMux()
	mux.Handle("/diary/{token}", diary)

	token, err := tokens.Issue(context.Background(), session.Clinician("ada-lovelace", "ada"))
	if err != nil {
		fmt.Println(err)
		return
	}
	read := func() int {
		w := httptest.NewRecorder()
		mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/diary/"+token+".ics", nil))
		return w.Code
	}
	fmt.Println("good:", read())
	generation++
	fmt.Println("revoked:", read())
	// Output:
	// good: 200
	// revoked: 404
}

// Package mail makes the invitation of a booking's mail; a host that sends its mail otherwise makes it like this.
//
//nolint:misspell // ORGANIZER is the standard's word
func ExampleInvite() {
	invitation := notify.Invitation{
		UID: notify.InvitationUID("b-1"), Sequence: 2, Summary: "GP at Leeds Surgery",
		Start: time.Date(2026, 7, 14, 7, 0, 0, 0, time.UTC), End: time.Date(2026, 7, 14, 17, 0, 0, 0, time.UTC),
		Stamp: time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC),
	}
	calendar, err := ics.Invite(invitation, ics.Address{Email: "rota@example.org"}, ics.Address{Email: "ada@example.org"})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("Content-Type: text/calendar; charset=utf-8; method=" + ics.Method(invitation))
	fmt.Printf("%s", bytes.ReplaceAll(calendar, []byte("\r\n"), []byte("\n")))
	// Output:
	// Content-Type: text/calendar; charset=utf-8; method=REQUEST
	// BEGIN:VCALENDAR
	// VERSION:2.0
	// PRODID:-//Sessional//Sessional//EN
	// CALSCALE:GREGORIAN
	// METHOD:REQUEST
	// BEGIN:VEVENT
	// UID:booking-b-1@sessional
	// SEQUENCE:2
	// DTSTAMP:20260702T090000Z
	// LAST-MODIFIED:20260702T090000Z
	// DTSTART:20260714T070000Z
	// DTEND:20260714T170000Z
	// STATUS:CONFIRMED
	// SUMMARY:GP at Leeds Surgery
	// TRANSP:OPAQUE
	// ORGANIZER:mailto:rota@example.org
	// ATTENDEE;PARTSTAT=ACCEPTED;ROLE=REQ-PARTICIPANT;RSVP=false:mailto:ada@examp
	//  le.org
	// END:VEVENT
	// END:VCALENDAR
}
