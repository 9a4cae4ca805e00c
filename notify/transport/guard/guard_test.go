package guard_test

import (
	"errors"
	"net/http"
	"net/netip"
	"net/url"
	"testing"
	"time"

	"github.com/sessional-go/sessional/notify/transport/guard"
)

// What is dialled, and what isn't, is tested where it is used, in package webhook. What is left here is small.

func TestAddress(t *testing.T) {
	for text, want := range map[string]string{
		"": "is missing", "https://a b/": "is no address", "/hook": "does not begin with https://",
		"http://a.example": "does not begin with https://", "ftp://a.example": "does not begin with https://",
		"https:///hook": "names no host", "https://u:p@a.example/": "holds a user",
		"https://a.example/#x":              "holds a fragment",
		"https://a.example:8443/hook?key=1": "",
	} {
		if got := guard.Address(text, false); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
	if got := guard.Address("http://a.example", true); got != "" {
		t.Errorf("plain HTTP where it is allowed: %q", got)
	}
}

func TestRetryAfterIsBelievedForADay(t *testing.T) {
	now := time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC)
	for text, want := range map[string]time.Duration{
		"": 0, "soon": 0, "-5": 0, "30": 30 * time.Second, "86401": 24 * time.Hour, "18446744073709551615": 24 * time.Hour,
		now.Add(time.Hour).Format(http.TimeFormat): time.Hour, now.Add(-time.Hour).Format(http.TimeFormat): 0,
		now.AddDate(9, 0, 0).Format(http.TimeFormat): 24 * time.Hour,
	} {
		if got := guard.RetryAfter(http.Header{"Retry-After": {text}}, now); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestOptionsAreChecked(t *testing.T) {
	for _, o := range []guard.Options{{Timeout: -1}, {Internal: make([]netip.Prefix, 1)}} {
		if o.Check() == nil {
			t.Errorf("%+v is taken", o)
		}
	}
	if err := (guard.Options{}).Check(); err != nil {
		t.Error(err)
	}
}

func TestBareErrorsHoldNoAddress(t *testing.T) {
	cause := errors.New("refused")
	if got := guard.Bare(&url.Error{Op: "Post", URL: "https://a.example/secret", Err: cause}); got.Error() != "refused" {
		t.Error(got)
	}
	if got := guard.Bare(cause); !errors.Is(got, cause) {
		t.Error(got)
	}
}
