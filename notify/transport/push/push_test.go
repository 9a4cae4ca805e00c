package push_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/standin"
	"github.com/sessional-go/sessional/session"
)

// What people wrote is not on a lock screen, in any kind that is pushed, and the host may say otherwise.
func TestN6WhatPeopleWroteStaysOut(t *testing.T) {
	const secret = "the vaccines have not arrived"
	d := notify.Data{
		Reference: "#4011234", Practice: "Riverside Surgery", Reason: secret, Message: secret, Link: "https://a.example",
		Start:   time.Date(2026, 7, 14, 8, 0, 0, 0, time.UTC),
		Changes: []notify.FieldChange{{Field: "instructions", From: secret, To: secret}, {Field: secret}},
	}
	var texts notify.Texts
	pushed := 0
	for _, k := range notify.MessageKinds() {
		if trait, _ := k.Trait(); trait.Push == 0 {
			continue
		}
		pushed++
		m, err := texts.Render(notify.Delivery{Key: "k", Kind: k, Channel: notify.IPhone}, notify.Person{ID: "ann"}, d)
		if err != nil {
			t.Fatal(err)
		}
		full, discreet := push.Full(m), push.Discreet(m)
		if strings.Contains(fmt.Sprint(discreet), secret) || discreet.Title != m.Title || m.Title == "" {
			t.Errorf("%s shows %q", k, discreet)
		}
		// No more is left away than has to be.
		if quotes := strings.Contains(m.Body, secret); (discreet.Body == "") != quotes || full.Body != m.Body {
			t.Errorf("%s: the body %q was left away: %t", k, m.Body, discreet.Body == "")
		}
	}
	if pushed == 0 {
		t.Error("no kind is pushed")
	}
}

func TestN5AnIDIsAHash(t *testing.T) {
	one := push.ID("session/7f3c/3/ann/iphone")
	if !regexp.MustCompile(`^[\w-]{32}$`).MatchString(one) || one != push.ID("session/7f3c/3/ann/iphone") ||
		one == push.ID("session/7f3c/3/ann/android") || strings.Contains(one, "7f3c") {
		t.Errorf("%q", one)
	}
	if one != "jxMGT90Bq_BHRXY0-SHQNRpB_RgxrjR8" {
		t.Errorf("%q: the name of a key has changed, and with it what replaces what", one)
	}
}

// An error is a sentence with a code, and says how the delivery goes on.
func TestErrors(t *testing.T) {
	cause := errors.New("cause")
	for _, c := range []struct {
		err              push.Error
		text, code, kind string
	}{
		{push.Error{Problem: push.Gone, Status: 404, Reason: "UNREGISTERED"},
			"The push was not sent: the device is no longer registered (404 UNREGISTERED).", "push_gone", "permanent"},
		{push.Error{Problem: push.Foreign, Status: 403, Reason: "SENDER_ID_MISMATCH"},
			"The push was not sent: we may not send to this device (403 SENDER_ID_MISMATCH).", "push_foreign", "permanent"},
		{push.Error{Problem: push.Unfit, Reason: "it is too long"},
			"The push was not sent: the service can't carry this message (it is too long).", "push_unfit", "permanent"},
		{push.Error{Problem: push.NoDevice},
			"The push was not sent: there is no device to send it to.", "push_no_device", "permanent"},
		{push.Error{Problem: push.Prohibited, Err: cause}, "The push was not sent: the device's address has a host, a " +
			"network or a port that is not allowed.", "push_prohibited", "permanent"},
		{push.Error{Problem: push.Unanswered, Err: cause},
			"The push may or may not have been sent: the service did not answer.", "push_unanswered", "unknown"},
		{push.Error{Problem: push.Unreachable, Err: cause},
			"The push was not sent: the service could not be reached.", "push_unreachable", "again"},
		{push.Error{Problem: push.Busy, Status: 503},
			"The push was not sent: the service is busy (503).", "push_busy", "again"},
		{push.Error{Problem: push.Refused, Status: 403, Reason: "Forbidden"},
			"The push was not sent: the service refused it (403 Forbidden).", "push_refused", "again"},
	} {
		err := &c.err
		if err.Error() != c.text || err.Code() != c.code || standin.Kind(err) != c.kind ||
			errors.Is(err, cause) != (err.Err != nil) {
			t.Errorf("%q, %s, %s; want %q, %s, %s", err, err.Code(), standin.Kind(err), c.text, c.code, c.kind)
		}
	}
}

// A context that ended before anything was written leaves nothing open, and the dispatcher takes an error that wraps
// the context's for one that does.
func TestN5CalledOffBeforeItWasWritten(t *testing.T) {
	cause := fmt.Errorf("dialling: %w", context.Canceled)
	if e := (&push.Error{Problem: push.Unreachable, Err: cause}); errors.Is(e, context.Canceled) || e.Err == nil {
		t.Errorf("called off before: %v", e)
	}
	if e := (&push.Error{Problem: push.Unanswered, Err: cause}); !errors.Is(e, context.Canceled) {
		t.Errorf("called off after: %v", e)
	}
}

// One device that has it is enough; without one, what leaves most hope counts.
func TestN5SeveralDevicesOneOutcome(t *testing.T) {
	gone, unanswered := &push.Error{Problem: push.Gone}, &push.Error{Problem: push.Unanswered}
	soon := &push.Error{Problem: push.Busy, Wait: time.Second}
	late := &push.Error{Problem: push.Busy, Wait: time.Minute}
	other := errors.New("some notifier of the host's")
	for _, c := range []struct {
		all  []error
		want error
	}{
		{[]error{gone, late, unanswered, nil}, nil},
		{[]error{gone, late, unanswered, soon}, unanswered},
		{[]error{gone, soon, late, other, soon}, late},
		{[]error{other, gone}, other},
		{[]error{gone, gone}, gone},
	} {
		if got := push.Merge(c.all); !errors.Is(got, c.want) {
			t.Errorf("%v make %v, want %v", c.all, got, c.want)
		}
	}
	if e := standin.Problem(t, push.Merge(nil)); e.Problem != push.NoDevice {
		t.Errorf("nobody makes %v", e)
	}
}

// saying is a notifier that keeps the tokens it was called with.
type saying struct {
	err    error
	tokens []string
	panics bool
}

func (s *saying) Notify(_ context.Context, m notify.Message) error {
	if s.panics {
		panic("host's code")
	}
	s.tokens = nil
	for _, d := range m.To.Devices {
		s.tokens = append(s.tokens, d.Token)
	}
	return s.err
}

func TestMixedDividesDevices(t *testing.T) {
	busy := &push.Error{Problem: push.Busy}
	for _, c := range []struct {
		tokens       []string
		app, browser *saying
		want         error
		saw          string
	}{
		{[]string{"a", `{"b"}`, "c"}, &saying{}, &saying{}, nil, `["a" "c"] ["{\"b\"}"]`},
		{[]string{"a", ` {"b"}`}, &saying{err: busy}, &saying{}, nil, `["a"] [" {\"b\"}"]`},
		{[]string{"a"}, &saying{err: busy}, &saying{}, busy, `["a"] []`},
		{[]string{`{"b"}`}, &saying{}, &saying{err: busy}, busy, `[] ["{\"b\"}"]`},
	} {
		m := standin.Message(1, notify.Android, c.tokens...)
		m.To.Devices = append(m.To.Devices, notify.Device{Channel: notify.IPhone, Token: "another channel's"})
		err := push.Mixed{App: c.app, Browser: c.browser}.Notify(t.Context(), m)
		if saw := fmt.Sprintf("%q %q", c.app.tokens, c.browser.tokens); !errors.Is(err, c.want) || saw != c.saw {
			t.Errorf("%q: %v, %s; want %v, %s", c.tokens, err, saw, c.want, c.saw)
		}
	}
	for _, m := range []notify.Message{
		standin.Message(1, notify.Android), standin.Message(1, notify.Android, "nobody carries to it"),
	} {
		err := push.Mixed{Browser: &saying{}}.Notify(t.Context(), m)
		if e := standin.Problem(t, err); e.Problem != push.NoDevice {
			t.Errorf("no device: %v", e)
		}
	}
}

// A panic of the host's code comes out where its caller can contain it, and not in a goroutine of its own.
func TestPanicsReachTheCaller(t *testing.T) {
	defer func() {
		if got := recover(); got != "host's code" {
			t.Errorf("recovered %v", got)
		}
	}()
	_ = push.Mixed{App: &saying{}, Browser: &saying{panics: true}}.Notify(t.Context(),
		standin.Message(1, notify.Android, "a", "{}"))
	t.Error("there was no panic")
}

func TestSettingsHaveDefaults(t *testing.T) {
	s, err := push.Settings{}.Defaults()
	if err != nil || s.TTL != 24*time.Hour || s.Timeout != 15*time.Second {
		t.Fatalf("%v, %v, %v", s.TTL, s.Timeout, err)
	}
	m := standin.Message(1, notify.Android)
	m.Kind = notify.NewMessage
	if w := s.Words(m); w != (push.Words{Title: m.Title}) || time.Since(s.Now()) > time.Minute {
		t.Errorf("%q at %v", w, s.Now())
	}
	s.Dead(t.Context(), session.PersonID("ann"), notify.Device{}, nil)
	s.Log(t.Context(), push.Attempt{})
	if _, err := (push.Settings{TTL: push.MaxTTL}).Defaults(); err != nil {
		t.Error(err)
	}
	_, err = push.Settings{TTL: push.MaxTTL + time.Second}.Defaults()
	standin.Field(t, err, "Options.TTL")
}
