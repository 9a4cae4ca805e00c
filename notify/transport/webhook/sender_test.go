package webhook_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"
	"pgregory.net/rapid"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/webhook"
	"github.com/sessional-go/sessional/session"
)

// The documented form: a change here is a change for every partner.
const posted = `{"schema":1,"type":"session.withdrawn","timestamp":"2026-07-02T09:00:00Z",` +
	`"key":"session/7f3c/3/session.withdrawn",` +
	`"data":{"subject":{"kind":"session","id":"7f3c"},"version":3,"kind":"session.withdrawn","provider":"p-1",` +
	`"session":"7f3c","at":"2026-07-02T09:00:00Z","by":{"person":"grace","capacity":"rota_manager","provider":"p-1"},` +
	`"command":"c-9","from":"open","to":"withdrawn","reason":"t-4","facts":{"cause":"closed","notice_hours":"3"}}}`

// What arrives is the documented JSON, signed with each secret over exactly the bytes that came.
func TestEventsArriveSigned(t *testing.T) {
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusAccepted) })
	s := newSender(t, toward(t, p))
	to := endpoint(p.URL + "/hook?tenant=1")
	to.Secrets = append(to.Secrets, webhook.NewSecret()) // the one that is going out of use
	for attempt := range 2 {
		if err := s.Send(t.Context(), to, withdrawn(), attempt+1); err != nil {
			t.Fatal(err)
		}
	}
	got := p.requests()
	if len(got) != 2 {
		t.Fatalf("%d requests, want 2", len(got))
	}
	for _, r := range got {
		if r.Method != http.MethodPost || r.URL.String() != "/hook?tenant=1" || string(r.body) != posted {
			t.Errorf("%s %s\n%s, want\n%s", r.Method, r.URL, r.body, posted)
		}
		if ct := r.Header.Get("Content-Type"); ct != "application/json" {
			t.Errorf("Content-Type %q", ct)
		}
		if id := r.Header.Get("webhook-id"); id != "session/7f3c/3/session%2Ewithdrawn" {
			t.Errorf("webhook-id %q", id)
		}
		for i, secret := range to.Secrets {
			verifier, err := webhooks.NewWebhook(secret)
			if err != nil {
				t.Fatal(err)
			}
			if err := verifier.Verify(r.body, r.Header); err != nil {
				t.Errorf("secret %d: %v", i, err)
			}
		}
		verifier, _ := webhooks.NewWebhook(webhook.NewSecret())
		if err := verifier.Verify(r.body, r.Header); err == nil {
			t.Error("a secret of nobody's verifies it")
		}
	}
}

// The signature is the one that the standard describes, made here without the library.
func TestSignatureIsTheStandards(t *testing.T) {
	p := serve(t, nil)
	o := toward(t, p)
	o.Now = func() time.Time { return time.Unix(1674087231, 999_999_999) }
	to := endpoint(p.URL)
	to.Secrets = []string{"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
	if err := newSender(t, o).Send(t.Context(), to, withdrawn(), 1); err != nil {
		t.Fatal(err)
	}
	key, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte("session/7f3c/3/session%2Ewithdrawn.1674087231." + posted))
	head := p.requests()[0].Header
	want := "v1," + base64.StdEncoding.EncodeToString(mac.Sum(nil))
	if got := head.Get("webhook-signature"); got != want || head.Get("webhook-timestamp") != "1674087231" {
		t.Errorf("signature %q at %s, want %q", got, head.Get("webhook-timestamp"), want)
	}
}

// Whatever the ids are, the webhook-id is fit for a header, has no full stop, and no two keys share one; the payload is
// JSON that gives the event back.
func TestIDsAndPayloadsHoldAnyID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.StringN(1, 40, session.MaxID)
		event := func(name string) session.Event {
			e := withdrawn()
			e.Subject.ID = text.Draw(t, name)
			e.Version = rapid.Int64Range(1, 1000).Draw(t, name+"'s version")
			return e
		}
		one, two := event("one"), event("two")
		id := webhook.ID(one)
		for _, c := range []byte(id) {
			if c <= ' ' || c >= 0x7f || c == '.' {
				t.Fatalf("webhook-id %q", id)
			}
		}
		if (id == webhook.ID(two)) != (one.Key() == two.Key()) {
			t.Fatalf("%q and %q have %q and %q", one.Key(), two.Key(), id, webhook.ID(two))
		}
		body, err := webhook.Payload(one)
		if err != nil {
			t.Fatal(err)
		}
		again, _ := webhook.Payload(one)
		var read struct {
			Key  string
			Data session.Event
		}
		if err := json.Unmarshal(body, &read); err != nil || !bytes.Equal(body, again) {
			t.Fatalf("%s, %s: %v", body, again, err)
		}
		if read.Key != one.Key() || read.Data.Key() != one.Key() {
			t.Fatalf("%q was read back as %q and %q", one.Key(), read.Key, read.Data.Key())
		}
	})
}

func TestOutcomesOfAnswers(t *testing.T) {
	now := time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC)
	cases := []struct {
		status int
		after  string
		want   webhook.Problem // blank: taken
		wait   time.Duration
	}{
		{200, "", "", 0}, {201, "", "", 0}, {204, "", "", 0}, {299, "", "", 0}, {304, "", webhook.Moved, 0},
		{400, "", webhook.Refused, 0}, {401, "", webhook.Refused, 0}, {404, "", webhook.Refused, 0},
		{410, "", webhook.Gone, 0}, {410, "30", webhook.Gone, 0}, {500, "30", webhook.Refused, 0},
		{429, "30", webhook.Refused, 30 * time.Second}, {503, "120", webhook.Refused, 2 * time.Minute},
		{503, now.Add(time.Hour).Format(http.TimeFormat), webhook.Refused, time.Hour},
		{503, now.Add(-time.Hour).Format(http.TimeFormat), webhook.Refused, 0},
		{503, now.AddDate(9, 0, 0).Format(http.TimeFormat), webhook.Refused, 24 * time.Hour},
		{429, "18446744073709551615", webhook.Refused, 24 * time.Hour},
		{429, "-5", webhook.Refused, 0}, {429, "soon", webhook.Refused, 0}, {429, "", webhook.Refused, 0},
	}
	p := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if after := r.URL.Query().Get("after"); after != "" {
			w.Header().Set("Retry-After", after)
		}
		status, _ := strconv.Atoi(r.URL.Path[1:])
		w.WriteHeader(status)
	})
	o := toward(t, p)
	o.Now = func() time.Time { return now }
	s := newSender(t, o)
	for _, c := range cases {
		address := p.URL + "/" + strconv.Itoa(c.status) + "?after=" + strings.ReplaceAll(c.after, " ", "%20")
		err := s.Send(t.Context(), endpoint(address), withdrawn(), 1)
		if c.want == "" {
			if err != nil {
				t.Errorf("%d: %v", c.status, err)
			}
			continue
		}
		e := problem(t, err)
		if e.Problem != c.want || e.Status != c.status || e.RetryAfter() != c.wait {
			t.Errorf("%d, Retry-After %q: %v, to wait %v, want %s and %v", c.status, c.after, e, e.RetryAfter(), c.want,
				c.wait)
		}
		if errors.Is(err, notify.ErrPermanent) != (c.status == http.StatusGone) || errors.Is(err, notify.ErrUnknown) {
			t.Errorf("%d: permanent %t, unknown %t", c.status, errors.Is(err, notify.ErrPermanent),
				errors.Is(err, notify.ErrUnknown))
		}
		if !strings.HasSuffix(err.Error(), " ("+strconv.Itoa(c.status)+").") {
			t.Errorf("%d: %q", c.status, err)
		}
	}
}

// An endpoint that says nothing, or drips, costs no more than the time limit; one that has said 2xx has taken the event.
func TestSlowEndpointsEnd(t *testing.T) {
	drip := func(status int) http.HandlerFunc {
		return func(w http.ResponseWriter, r *http.Request) {
			w.WriteHeader(status)
			for r.Context().Err() == nil {
				_, _ = w.Write([]byte("x"))
				_ = http.NewResponseController(w).Flush()
				time.Sleep(20 * time.Millisecond)
			}
		}
	}
	cases := map[string]struct {
		answer http.HandlerFunc
		want   webhook.Problem
	}{
		"silent":             {func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }, webhook.TimedOut},
		"dripping, accepted": {drip(http.StatusOK), ""},
		"dripping, refused":  {drip(http.StatusBadGateway), webhook.Refused},
	}
	for name, c := range cases {
		p := serve(t, c.answer)
		o := toward(t, p)
		o.Timeout = time.Second // enough for a handshake on a busy machine
		began := time.Now()
		err := newSender(t, o).Send(t.Context(), endpoint(p.URL), withdrawn(), 1)
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
		if c.want == "" && err != nil || c.want != "" && problem(t, err).Problem != c.want {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}

// A context that ends calls the attempt off, and says so.
func TestContextEndsAnAttempt(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	p := serve(t, func(_ http.ResponseWriter, r *http.Request) {
		cancel()
		<-r.Context().Done()
	})
	err := problem(t, newSender(t, toward(t, p)).Send(ctx, endpoint(p.URL), withdrawn(), 1))
	if err.Problem != webhook.CalledOff || !errors.Is(err, context.Canceled) {
		t.Errorf("%v (%v), want it called off", err, err.Err)
	}
}

// What can't be reached is to be tried again, and neither the error nor the log has the address in it.
func TestUnreachableEndpoints(t *testing.T) {
	p := serve(t, nil)
	strange := toward(t, p)
	strange.RootCAs = nil // a certificate that nobody vouches for
	closed := newPartner(nil)
	closed.StartTLS()
	closed.Close()
	hangsUp := serve(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	large := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("X", strings.Repeat("x", 1<<20)) })
	for name, c := range map[string]struct {
		o  webhook.Options
		to string
	}{
		"strange certificate": {strange, p.URL}, "nobody there": {toward(t, closed), closed.URL},
		"hangs up": {toward(t, hangsUp), hangsUp.URL}, "headers too large": {toward(t, large), large.URL},
	} {
		var logged []webhook.Attempt
		c.o.Log = func(_ context.Context, a webhook.Attempt) { logged = append(logged, a) }
		err := problem(t, newSender(t, c.o).Send(t.Context(), endpoint(c.to+"/secret-path"), withdrawn(), 4))
		if err.Problem != webhook.Unreachable || err.Err == nil || errors.Is(err, notify.ErrPermanent) {
			t.Errorf("%s: %v", name, err)
		}
		if strings.Contains(err.Error()+err.Err.Error(), "secret-path") {
			t.Errorf("%s: the error tells the address: %v: %v", name, err, err.Err)
		}
		if len(logged) != 1 || !errors.Is(logged[0].Err, err) || logged[0].Number != 4 || logged[0].Status != 0 {
			t.Errorf("%s: logged %+v", name, logged)
		}
	}
	if n := len(p.requests()); n != 0 {
		t.Errorf("%d requests were sent without a good certificate", n)
	}
}

// The log has one entry per attempt, with no more than a kilobyte of what the endpoint said.
func TestAttemptsAreLogged(t *testing.T) {
	p := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusTeapot)
		_, _ = w.Write([]byte("no\xff tea" + strings.Repeat("é", 5<<20)))
	})
	o := toward(t, p)
	now := time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC)
	o.Now = func() time.Time {
		now = now.Add(time.Second)
		return now
	}
	var logged []webhook.Attempt
	o.Log = func(_ context.Context, a webhook.Attempt) { logged = append(logged, a) }
	err := newSender(t, o).Send(t.Context(), endpoint(p.URL), withdrawn(), 7)
	if len(logged) != 1 {
		t.Fatalf("%d entries, want 1", len(logged))
	}
	a := logged[0]
	if a.Endpoint != "e-1" || a.ID != webhook.ID(withdrawn()) || a.Key != withdrawn().Key() || a.Number != 7 ||
		a.Kind != "session.withdrawn" || a.Status != http.StatusTeapot || !errors.Is(a.Err, err) || a.Took <= 0 ||
		!a.At.Equal(time.Date(2026, 7, 2, 9, 0, 1, 0, time.UTC)) {
		t.Errorf("logged %+v", a)
	}
	if !strings.HasPrefix(a.Answer, "no teaé") || len(a.Answer) > 1<<10 || len(a.Answer) < 1000 {
		t.Errorf("the answer was kept as %d bytes: %.20q…", len(a.Answer), a.Answer)
	}
}

// A server that isn't one, and one of another protocol: an error like any other.
func TestNonsenseIsUnreachable(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_, _ = c.Write([]byte("220 mail.example.org ESMTP\r\n"))
			_ = c.Close()
		}
	}()
	p := newPartner(nil)
	_ = p.Listener.Close()
	p.Listener = l
	o := toward(t, p)
	o.PlainHTTP = true
	for _, scheme := range []string{"http", "https"} {
		err := problem(t, newSender(t, o).Send(t.Context(), endpoint(scheme+"://"+l.Addr().String()), withdrawn(), 1))
		if err.Problem != webhook.Unreachable {
			t.Errorf("%s: %v", scheme, err)
		}
	}
}
