package notifytest_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/notifytest"
	"github.com/sessional-go/sessional/rota/store/memory"
)

func TestN5TheMemoryQueueKeepsTheContract(t *testing.T) {
	notifytest.TestQueue(t, func(testing.TB) notify.Queue { return memory.New() })
}

func TestN5ARecorderKeepsTheContract(t *testing.T) {
	open := func(a notifytest.Answer) func(testing.TB) notify.Notifier {
		return func(testing.TB) notify.Notifier {
			return &notifytest.Recorder{Answer: func(notify.Message, int) notifytest.Answer { return a }}
		}
	}
	notifytest.TestNotifier(t, notifytest.NotifierHarness{
		Open: open(notifytest.Take), Down: open(notifytest.Refuse), Refusing: open(notifytest.Reject),
		Losing: open(notifytest.Lose), Hanging: open(notifytest.Hang),
	})
}

// A recorder stands in for the transport, and does as it is told: here it loses its first answer.
func ExampleRecorder() {
	r := &notifytest.Recorder{Answer: func(_ notify.Message, attempt int) notifytest.Answer {
		if attempt == 1 {
			return notifytest.Lose
		}
		return notifytest.Take
	}}
	m := notify.Message{Key: "k1", To: notify.Person{ID: "ann"}, Subject: "Your invoice has been paid"}
	fmt.Println(r.Notify(context.Background(), m))
	fmt.Println(r.Notify(context.Background(), m))
	for _, m := range r.To("ann") {
		fmt.Println(m.Subject)
	}
	// Output:
	// notify: this may or may not have been delivered
	// <nil>
	// Your invoice has been paid
}
