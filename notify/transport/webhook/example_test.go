package webhook_test

import (
	"context"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"net/url"
	"strconv"
	"time"

	webhooks "github.com/standard-webhooks/standard-webhooks/libraries/go"

	"github.com/sessional-go/sessional/notify/transport/webhook"
	"github.com/sessional-go/sessional/session"
)

// receive is what a partner's side does: verify the bytes as they came, drop what it has had, answer soon. The
// libraries of Standard Webhooks do the verifying, in this language and others.
func receive(secret string) http.Handler {
	verifier, err := webhooks.NewWebhook(secret)
	seen := map[string]bool{} // a unique column of the partner's database, written with what the event changes
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, readErr := io.ReadAll(http.MaxBytesReader(w, r.Body, 64<<10))
		if err != nil || readErr != nil || verifier.Verify(body, r.Header) != nil {
			http.Error(w, "not signed by us", http.StatusUnauthorized)
			return
		}
		var event struct {
			Type string        `json:"type"`
			Data session.Event `json:"data"`
		}
		if err := json.Unmarshal(body, &event); err != nil {
			http.Error(w, "not an event", http.StatusBadRequest)
			return
		}
		id := r.Header.Get("webhook-id")
		if seen[id] {
			fmt.Println("had it before:", id)
			return
		}
		seen[id] = true
		fmt.Println(event.Type, event.Data.Subject, event.Data.Facts["notice_hours"])
	})
}

// A host sends an event, twice because it lost the first answer, and the partner verifies it.
func ExampleSender() {
	secret := webhook.NewSecret() // shown to the partner once, kept with the endpoint
	partner := httptest.NewTLSServer(receive(secret))
	defer partner.Close()

	sender, err := webhook.New(within(partner))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer sender.Close()
	endpoint := webhook.Endpoint{ID: "e-1", URL: partner.URL + "/hook", Secrets: []string{secret}, Provider: "p-1"}
	if err := sender.Check(endpoint); err != nil {
		fmt.Println(err)
		return
	}
	event := session.Event{
		Subject: session.Subject{Kind: session.KindSession, ID: "7f3c"}, Version: 3, Kind: "session.withdrawn",
		Provider: "p-1", Session: "7f3c", At: time.Date(2026, 7, 2, 9, 0, 0, 0, time.UTC),
		By: session.RotaManager("grace", "p-1"), Command: "c-9", Facts: session.Facts{"notice_hours": "3"},
	}
	for attempt := 1; attempt <= 2; attempt++ {
		if err := sender.Send(context.Background(), endpoint, event, attempt); err != nil {
			fmt.Println(err)
		}
	}
	endpoint.Secrets = []string{webhook.NewSecret()} // one that the partner doesn't know
	fmt.Println(sender.Send(context.Background(), endpoint, event, 3))
	// Output:
	// session.withdrawn session/7f3c 3
	// had it before: session/7f3c/3/session%2Ewithdrawn
	// The event was not delivered: the endpoint refused it (401).
}

// within are options for an endpoint inside the host's own network; those of partners need none.
func within(server *httptest.Server) webhook.Options {
	u, _ := url.Parse(server.URL)
	port, _ := strconv.ParseUint(u.Port(), 10, 16)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return webhook.Options{
		Internal: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, Ports: []uint16{uint16(port)}, RootCAs: roots,
		Log: func(context.Context, webhook.Attempt) {}, // into the table that operators and the partner look at
	}
}
