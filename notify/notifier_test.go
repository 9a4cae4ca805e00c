package notify_test

import (
	"context"
	"errors"
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
)

// TestByChannelN5 hands a message to the one that sends over its channel, and ends what nobody can send.
func TestByChannelN5(t *testing.T) {
	mail := &notifytest.Recorder{}
	n := make(notify.ByChannel)
	n[notify.Email] = mail
	if err := n.Notify(context.Background(), notify.Message{Key: "k", Channel: notify.Email}); err != nil {
		t.Fatal(err)
	}
	if got := mail.Messages(); len(got) != 1 || got[0].Key != "k" {
		t.Errorf("it got %v", got)
	}
	for _, c := range notify.Channels() {
		if c == notify.Email {
			continue
		}
		if err := n.Notify(context.Background(), notify.Message{Key: "k", Channel: c}); !errors.Is(err, notify.ErrPermanent) {
			t.Errorf("%s: %v", c, err)
		}
	}
}
