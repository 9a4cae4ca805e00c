package notify_test

import (
	"slices"
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

func TestN1FivePushesEachWithItsSwitch(t *testing.T) {
	want := map[notify.PushGroup][]notify.Kind{
		notify.AcceptedPush: {notify.BookingConfirmed},
		notify.PaidPush:     {notify.InvoicePaid},
		notify.MessagePush:  {notify.NewMessage},
		notify.CancelledPush: {
			notify.BookingWithdrawn, notify.BookingCancelled, notify.ClinicianCancelled, notify.Unreachable,
		},
		notify.UpdatedPush: {notify.SessionUpdated, notify.ChangeToAcknowledge, notify.ChangeVoid},
	}
	got := make(map[notify.PushGroup][]notify.Kind)
	for _, k := range notify.MessageKinds() {
		if tr := trait(t, k); tr.Push != 0 {
			got[tr.Push] = append(got[tr.Push], k)
		}
	}
	equal(t, "kinds by push", got, want)
}

func TestN2WhatCannotBeTurnedOff(t *testing.T) {
	var must []notify.Kind
	for _, k := range notify.MessageKinds() {
		tr := trait(t, k)
		if tr.Must {
			must = append(must, k)
		}
		if tr.Must && !tr.Awake {
			t.Errorf("%s can't be turned off, but quiet hours hold it", k)
		}
		if tr.Emails == 0 {
			t.Errorf("%s has no group of emails", k)
		}
	}
	equal(t, "kinds", must, []notify.Kind{
		notify.BookingConfirmed, notify.BookingWithdrawn, notify.BookingCancelled, notify.ClinicianCancelled,
		notify.Unreachable,
	})
}

func TestUnknownKind(t *testing.T) {
	if _, ok := notify.Kind("gossip").Trait(); ok {
		t.Error("an unknown kind has a trait")
	}
	if notify.Reaches("gossip", reachable, notify.Settings{}) {
		t.Error("an unknown kind reaches somebody")
	}
	if got := notify.Plan(session.Event{}, notify.Notice{Kind: "gossip"}, reachable, notify.Settings{}, noon); got != nil {
		t.Errorf("an unknown kind was planned: %v", got)
	}
	equal(t, "words", notify.BookingWithdrawn.Words(), "booking withdrawn")
}

// Words of closed sets are what is stored: they read back, and nothing else is taken.
func TestWordsReadBack(t *testing.T) {
	for _, c := range notify.Channels() {
		var back notify.Channel
		text, err := c.MarshalText()
		if err != nil || back.UnmarshalText(text) != nil || back != c || string(text) != c.String() || !c.Valid() {
			t.Errorf("channel %v does not read back: %q, %v", c, text, err)
		}
	}
	for s := notify.Planned; s <= notify.Stale; s++ {
		var back notify.State
		text, err := s.MarshalText()
		if err != nil || back.UnmarshalText(text) != nil || back != s || string(text) != s.String() || !s.Valid() {
			t.Errorf("state %v does not read back: %q, %v", s, text, err)
		}
	}
	for _, s := range []notify.Switch{0, notify.On, notify.Off} {
		var back notify.Switch
		text, err := s.MarshalText()
		if err != nil || back.UnmarshalText(text) != nil || back != s || string(text) != s.String() {
			t.Errorf("switch %v does not read back: %q, %v", s, text, err)
		}
	}
	var (
		c notify.Channel
		s notify.State
		w notify.Switch
	)
	for _, err := range []error{c.UnmarshalText([]byte("fax")), s.UnmarshalText([]byte("lost")),
		w.UnmarshalText([]byte("maybe"))} {
		if err == nil {
			t.Error("an unknown word was read")
		}
	}
	if notify.Channel(0).Valid() || notify.State(0).Valid() || notify.State(99).Valid() {
		t.Error("the zero value, or a number outside, is valid")
	}
}

func TestMessageKindsAreDistinct(t *testing.T) {
	kinds := slices.Sorted(slices.Values(notify.MessageKinds()))
	equal(t, "kinds without repeats", slices.Compact(slices.Clone(kinds)), kinds)
}
