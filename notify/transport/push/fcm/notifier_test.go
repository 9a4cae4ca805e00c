package fcm_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/fcm"
	"github.com/sessional-go/sessional/notify/transport/push/internal/standin"
	"github.com/sessional-go/sessional/session"
)

// answering opens notifiers of a Firebase that answers every message alike.
func answering(h http.HandlerFunc) func(testing.TB) notify.Notifier {
	return func(tb testing.TB) notify.Notifier {
		f := newFirebase(tb)
		if h != nil {
			f.answer = func(w http.ResponseWriter, r *http.Request, _ sent) bool {
				h(w, r)
				return true
			}
		}
		return open(tb, f.options())
	}
}

func TestN5TheContractIsKept(t *testing.T) {
	for _, c := range []notify.Channel{notify.Android, notify.IPhone} {
		t.Run(c.String(), func(t *testing.T) {
			notifytest.TestNotifier(t, notifytest.NotifierHarness{
				Open: answering(nil),
				Down: func(tb testing.TB) notify.Notifier {
					f := newFirebase(tb)
					f.Close()
					return open(tb, f.options())
				},
				Refusing: answering(func(w http.ResponseWriter, _ *http.Request) {
					refuse(w, http.StatusNotFound, "NOT_FOUND", "UNREGISTERED")
				}),
				Losing:  answering(standin.HangUp),
				Hanging: answering(standin.Hang),
				Message: func(n int) notify.Message { return standin.Message(n, c, "one", "two") },
			})
		})
	}
}

// What arrives is what Firebase documents, with a name that is the same at every attempt.
func TestN5MessagesAsDocumented(t *testing.T) {
	f := newFirebase(t)
	f.now = func() time.Time { return time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC) }
	n := open(t, f.options())
	id := push.ID(standin.Message(1, notify.Android).Key)
	urgent := standin.Message(1, notify.IPhone, "an-iphone")
	urgent.Optional, urgent.Link = false, ""
	urgent.To.Devices = append(urgent.To.Devices, notify.Device{Channel: notify.Android, Token: "an-android"},
		notify.Device{Channel: notify.IPhone, Token: `{"endpoint":"a browser"}`},
		notify.Device{Channel: notify.IPhone, Token: "an-iphone"})
	android := urgent
	android.Channel = notify.Android
	for _, m := range []notify.Message{standin.Message(1, notify.Android, "a-phone"), urgent, android} {
		if err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	const words = `"notification":{"title":"Invoice paid",` +
		`"body":"Your invoice of £630.00 for session #4011234 has been paid."}`
	want := []string{
		`{"token":"a-phone",` + words + `,"data":{"id":"` + id + `","kind":"invoice_paid",` +
			`"link":"https://sessions.example/invoices/1"},` +
			`"android":{"priority":"NORMAL","ttl":"86400s","notification":{"tag":"` + id + `"}}}`,
		`{"token":"an-iphone",` + words + `,"data":{"id":"` + id + `","kind":"invoice_paid"},` +
			`"apns":{"headers":{"apns-collapse-id":"` + id + `","apns-expiration":"1783069200","apns-priority":"10"}}}`,
		`{"token":"an-android",` + words + `,"data":{"id":"` + id + `","kind":"invoice_paid"},` +
			`"android":{"priority":"HIGH","ttl":"86400s","notification":{"tag":"` + id + `"}}}`,
	}
	if len(f.raw) != len(want) {
		t.Fatalf("%d messages arrived, want %d", len(f.raw), len(want))
	}
	for i, w := range want {
		if string(f.raw[i]) != w {
			t.Errorf("message %d:\n%s, want\n%s", i, f.raw[i], w)
		}
	}
}

// An app that shows pushes itself gets the words as data, on Android; an iPhone would show nothing at all.
func TestWordsAsData(t *testing.T) {
	f := newFirebase(t)
	o := f.options()
	o.Data = true
	n := open(t, o)
	m := standin.Message(1, notify.Android, "phone")
	m.Body = strings.Repeat("x", 5000)
	iPhone := standin.Message(2, notify.IPhone, "an-iphone")
	for _, m := range []notify.Message{m, iPhone} {
		if err := n.Notify(t.Context(), m); err != nil {
			t.Fatal(err)
		}
	}
	got := f.messages()
	d := got[0].Data
	if d["title"] != m.Title || len(d["body"]) < 3000 || len(d["body"]) > 4096 || d["id"] != push.ID(m.Key) ||
		got[0].Notification != nil || got[0].Android.Notification != nil {
		t.Errorf("Android got %.300v", got[0])
	}
	if got[1].Notification["title"] != iPhone.Title || got[1].Data["title"] != "" {
		t.Errorf("an iPhone got %v", got[1])
	}
}

// Every documented error, as Firebase spells it.
func TestAnswers(t *testing.T) {
	const google = `{"error":{"code":400,"status":"INVALID_ARGUMENT","details":[{"@type":"google.rpc.BadRequest",` +
		`"fieldViolations":[{"field":%q,"description":"in words"}]}]}}`
	text := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	as := func(status int, word, code, after string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			if after != "" {
				w.Header().Set("Retry-After", after)
			}
			refuse(w, status, word, code)
		}
	}
	for _, c := range []struct {
		name   string
		answer http.HandlerFunc
		want   push.Problem
		reason string
		wait   time.Duration
	}{
		{"unregistered", as(404, "NOT_FOUND", "UNREGISTERED", ""), push.Gone, "UNREGISTERED", 0},
		{"no token", text(400, fmt.Sprintf(google, "message.token")), push.Gone, "INVALID_ARGUMENT", 0},
		{"bad payload", text(400, fmt.Sprintf(google, "message.data")), push.Unfit, "INVALID_ARGUMENT", 0},
		{"invalid", as(400, "INVALID_ARGUMENT", "INVALID_ARGUMENT", ""), push.Unfit, "INVALID_ARGUMENT", 0},
		{"no project", as(404, "NOT_FOUND", "", ""), push.Refused, "NOT_FOUND", 0},
		{"no token, in words", text(400, `{"error":{"code":400,"message":"The registration token is not a valid FCM `+
			`registration token","status":"INVALID_ARGUMENT","details":[{"@type":`+
			`"type.googleapis.com/google.firebase.fcm.v1.FcmError","errorCode":"INVALID_ARGUMENT"}]}}`),
			push.Gone, "INVALID_ARGUMENT", 0},
		{"another sender's", as(403, "PERMISSION_DENIED", "SENDER_ID_MISMATCH", ""), push.Foreign, "SENDER_ID_MISMATCH", 0},
		{"not allowed", as(403, "PERMISSION_DENIED", "", ""), push.Refused, "PERMISSION_DENIED", 0},
		{"Apple's key", as(401, "UNAUTHENTICATED", "THIRD_PARTY_AUTH_ERROR", ""), push.Refused, "THIRD_PARTY_AUTH_ERROR", 0},
		{"quota", as(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", "30"), push.Busy, "QUOTA_EXCEEDED", 30 * time.Second},
		{"quota, no time", as(429, "RESOURCE_EXHAUSTED", "QUOTA_EXCEEDED", ""), push.Busy, "QUOTA_EXCEEDED", time.Minute},
		{"unavailable", as(503, "UNAVAILABLE", "UNAVAILABLE", "120"), push.Busy, "UNAVAILABLE", 2 * time.Minute},
		{"internal", as(500, "INTERNAL", "INTERNAL", ""), push.Busy, "INTERNAL", 0},
		{"no JSON", text(502, "<html>bad gateway"), push.Busy, "", 0},
		{"a redirect", text(302, ""), push.Refused, "", 0},
	} {
		f := newFirebase(t)
		f.answer = func(w http.ResponseWriter, r *http.Request, _ sent) bool {
			c.answer(w, r)
			return true
		}
		var book standin.Book
		o := f.options()
		o.Dead = func(_ context.Context, who session.PersonID, d notify.Device, why *push.Error) {
			if who != "ann" || why.Problem != push.Gone {
				t.Errorf("%s: dead: %s, %v", c.name, who, why)
			}
			book.Bury(d.Token)
		}
		err := open(t, o).Notify(t.Context(), standin.Message(1, notify.Android, "phone"))
		e := standin.Problem(t, err)
		if e.Problem != c.want || e.Reason != c.reason || e.RetryAfter() != c.wait {
			t.Errorf("%s: %v, to wait %v; want %s, %s, %v", c.name, e, e.RetryAfter(), c.want, c.reason, c.wait)
		}
		dead := book.Dead()
		if (len(dead) == 1) != (c.want == push.Gone) {
			t.Errorf("%s: dead: %q", c.name, dead)
		}
		if f.exchanges != 1 {
			t.Errorf("%s: %d access tokens, want 1", c.name, f.exchanges)
		}
	}
}

// One access token does for many, is replaced before it ends, and at once where it is no longer taken.
func TestAccessTokensAreKept(t *testing.T) {
	f := newFirebase(t)
	var mu sync.Mutex
	now := time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC)
	f.now = func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	n := open(t, f.options())
	many := func(exchanges int) {
		t.Helper()
		var group sync.WaitGroup
		for i := range 8 {
			group.Go(func() {
				if err := n.Notify(t.Context(), standin.Message(i, notify.Android, "phone")); err != nil {
					t.Error(err)
				}
			})
		}
		group.Wait()
		if f.exchanges != exchanges {
			t.Errorf("%d exchanges, want %d", f.exchanges, exchanges)
		}
	}
	pass := func(d time.Duration) {
		mu.Lock()
		defer mu.Unlock()
		now = now.Add(d)
	}
	many(1)
	pass(54 * time.Minute)
	many(1)
	pass(time.Minute)
	many(2)
	f.mu.Lock()
	f.issued = map[string]time.Time{} // taken back
	f.mu.Unlock()
	if err := n.Notify(t.Context(), standin.Message(9, notify.Android, "phone")); err != nil || f.exchanges != 3 {
		t.Errorf("after the token was taken back: %v, %d exchanges", err, f.exchanges)
	}
	if got := len(f.messages()); got != 25 {
		t.Errorf("%d messages arrived, want 25", got)
	}
}

// A message whose access tokens are never taken is sent twice, not for ever; one without a token is not sent.
func TestLoginFailures(t *testing.T) {
	says := func(status int, body string) func(http.ResponseWriter, *http.Request) {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
			fmt.Fprint(w, body)
		}
	}
	for _, c := range []struct {
		name   string
		login  http.HandlerFunc
		want   push.Problem
		reason string
		wait   time.Duration
		tries  int
	}{
		{"no good", says(200, `{"access_token":"stale","expires_in":3599}`), push.Refused, "UNAUTHENTICATED", 0, 2},
		{"key withdrawn", says(400, `{"error":"invalid_grant"}`), push.Refused, "invalid_grant", 0, 1},
		{"nothing", says(200, `{}`), push.Refused, "no access token", 0, 1},
		{"no JSON", says(200, `<html>`), push.Refused, "no access token", 0, 1},
		{"busy", says(503, ``), push.Busy, "", 7 * time.Second, 1},
		{"gone before it said so", standin.HangUp, push.Unreachable, "", 0, 1},
	} {
		f := newFirebase(t)
		f.login = c.login
		err := open(t, f.options()).Notify(t.Context(), standin.Message(1, notify.Android, "phone"))
		e := standin.Problem(t, err)
		if e.Problem != c.want || e.Reason != c.reason || e.Wait != c.wait || standin.Kind(err) != "again" {
			t.Errorf("%s: %v, to wait %v", c.name, e, e.Wait)
		}
		if f.exchanges != c.tries || len(f.messages()) != 0 {
			t.Errorf("%s: %d exchanges, %d messages", c.name, f.exchanges, len(f.messages()))
		}
	}
}

// Who waits for a login that hangs is called off by the own context, also where somebody else does the asking.
func TestHangingLoginEndsWithTheContext(t *testing.T) {
	f := newFirebase(t)
	began := make(chan struct{}, 1)
	f.login = func(w http.ResponseWriter, r *http.Request) {
		began <- struct{}{}
		standin.Hang(w, r)
	}
	n := open(t, f.options())
	first, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- n.Notify(first, standin.Message(1, notify.Android, "phone")) }()
	<-began
	second, end := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer end()
	err := n.Notify(second, standin.Message(2, notify.Android, "phone"))
	if e := standin.Problem(t, err); !errors.Is(e.Err, context.DeadlineExceeded) || standin.Kind(err) != "again" {
		t.Errorf("who waited: %v, want it called off", err)
	}
	cancel()
	err = <-done
	if e := standin.Problem(t, err); !errors.Is(e.Err, context.Canceled) || standin.Kind(err) != "again" {
		t.Errorf("who asked: %v, want it called off", err)
	}
}

func TestTheHostsOwnTokens(t *testing.T) {
	f := newFirebase(t)
	f.issued["own"] = time.Now().Add(time.Hour)
	o := f.options()
	o.ServiceAccount, o.Project = nil, project
	token, broken := "own", error(nil)
	o.Token = func(context.Context) (string, error) { return token, broken }
	n := open(t, o)
	m := standin.Message(1, notify.Android, "phone")
	if err := n.Notify(t.Context(), m); err != nil {
		t.Error(err)
	}
	token = "another"
	if e := standin.Problem(t, n.Notify(t.Context(), m)); e.Problem != push.Refused || e.Status != 401 {
		t.Errorf("a token that isn't taken: %v", e)
	}
	broken = errors.New("no metadata server")
	if err := n.Notify(t.Context(), m); standin.Kind(err) != "again" || !errors.Is(err, broken) {
		t.Errorf("no token: %v", err)
	}
}

// Whatever the words, a message arrives that Firebase takes.
func TestLongWordsAreShortened(t *testing.T) {
	f := newFirebase(t)
	n := open(t, f.options())
	m := standin.Message(1, notify.IPhone, strings.Repeat("t", 300))
	m.Title, m.Body = strings.Repeat("\"é", 200), strings.Repeat("👩🏽‍⚕️", 2000)
	if err := n.Notify(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := f.messages()[0]
	body := strings.TrimSuffix(got.Notification["body"], "…")
	if strings.ReplaceAll(body, "👩🏽‍⚕️", "") != "" || len(body) < 2000 || got.Notification["title"] != m.Title {
		t.Errorf("shortened to %q, %d bytes of body", got.Notification["title"], len(body))
	}
	m.Link = "https://sessions.example/" + strings.Repeat("x", 4096)
	if e := standin.Problem(t, n.Notify(t.Context(), m)); e.Problem != push.Unfit {
		t.Errorf("a link that leaves no room: %v", e)
	}
}

func TestOptionsAreChecked(t *testing.T) {
	file := account("https://oauth2.example/token")
	good := fcm.Options{ServiceAccount: file}
	if _, err := fcm.New(good); err != nil {
		t.Fatal(err)
	}
	without := func(old, now string) []byte { return []byte(strings.Replace(string(file), old, now, 1)) }
	token := func(context.Context) (string, error) { return "", nil }
	for field, all := range map[string][]fcm.Options{
		"Options":          {{}, {ServiceAccount: file, Token: token}},
		"Options.Project":  {{Token: token}, {ServiceAccount: without(project, "")}},
		"Options.Endpoint": {{ServiceAccount: file, Endpoint: "http://fcm.example"}},
		"Options.TTL": {{ServiceAccount: file, Settings: push.Settings{TTL: -1}},
			{ServiceAccount: file, Settings: push.Settings{TTL: 29 * 24 * time.Hour}},
			{ServiceAccount: file, Settings: push.Settings{TTL: 1500 * time.Millisecond}}},
		"Options.Timeout": {{ServiceAccount: file, Settings: push.Settings{Timeout: -1}}},
		"Options.ServiceAccount": {{ServiceAccount: []byte("?")}, {ServiceAccount: without("BEGIN", "BEGUN")},
			{ServiceAccount: without(email, "")}, {ServiceAccount: without("https:", "http:")}},
	} {
		for _, o := range all {
			n, err := fcm.New(o)
			standin.Field(t, err, field)
			if n != nil {
				t.Errorf("%s: there is a notifier in spite of it", field)
			}
			if err != nil && reflect.ValueOf(o).FieldByName("ServiceAccount").Len() > 1 &&
				strings.Contains(err.Error(), "MII") {
				t.Errorf("the error tells the key: %v", err)
			}
		}
	}
}
