package dispatch

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/session"
)

// Sink is where messages go, outside the processes that send them.
type Sink interface {
	// Address is a URL whose scheme says how to send to it: http or smtp.
	Address() string
	// Told is how many messages have arrived so far, repeats among them.
	Told() int
	// Heard returns what arrived, once nothing is under way any more; the error tells of what should not be there.
	Heard() (map[string][]Attempt, error)
}

// Attempt is what a message says of itself, as JSON.
type Attempt struct {
	// Key is the delivery's.
	Key    string           `json:"key"`
	Person session.PersonID `json:"person"`
	// No is the number of the claim that it was sent by, from 1 on.
	No int `json:"no"`
}

// attemptOf is what is known of a claim.
func attemptOf(c notify.Claim) Attempt {
	return Attempt{Key: c.Delivery.Key, Person: c.Delivery.Person, No: c.Delivery.Attempts}
}

// repeated checks the attempts of one delivery that arrived: each was claimed by itself, and between two of them somebody
// claimed what was recorded as unknown (N5); unknown has the numbers of those claims. What was sent first may arrive last.
// The claim that found it unknown need not be the one that sent it: where that one surely failed, the next one does.
func repeated(attempts []Attempt, unknown []int) error {
	slices.SortFunc(attempts, func(a, b Attempt) int { return cmp.Compare(a.No, b.No) })
	for i, a := range attempts[1:] {
		before := attempts[i].No
		if !slices.ContainsFunc(unknown, func(no int) bool { return before < no && no <= a.No }) {
			return fmt.Errorf("N5: %s was told again, and its outcome was never unknown in between: %v, unknown at %v", a.Key,
				attempts, unknown)
		}
	}
	return nil
}

// heard is a Sink by HTTP that counts what it was sent.
type heard struct {
	sync.Mutex
	address string
	came    map[string][]Attempt
	count   int
}

// NewHTTPSink starts a Sink by HTTP, in this process; it ends with the test.
func NewHTTPSink(tb testing.TB) Sink {
	tb.Helper()
	h := &heard{came: map[string][]Attempt{}}
	server := httptest.NewServer(h)
	tb.Cleanup(server.Close)
	h.address = server.URL
	return h
}

// ServeHTTP takes a message. It is taken over before whoever sent it knows.
func (h *heard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var a Attempt
	body, err := io.ReadAll(r.Body)
	if err == nil {
		err = json.Unmarshal(body, &a)
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest) // whoever sent it may be dead
		return
	}
	h.Lock()
	defer h.Unlock()
	h.count++
	h.came[a.Key] = append(h.came[a.Key], a)
	w.WriteHeader(http.StatusNoContent)
}

// Address is that of the server.
func (h *heard) Address() string { return h.address }

// Told counts messages.
func (h *heard) Told() int {
	h.Lock()
	defer h.Unlock()
	return h.count
}

// Heard returns them, by the deliveries' keys.
func (h *heard) Heard() (map[string][]Attempt, error) {
	h.Lock()
	defer h.Unlock()
	all := make(map[string][]Attempt, len(h.came))
	for key, attempts := range h.came {
		all[key] = slices.Clone(attempts)
	}
	return all, nil
}
