package service_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/service"
	"github.com/sessional-go/sessional/notify/transport/push/internal/standin"
	"github.com/sessional-go/sessional/session"
)

// Each device of the channel is sent to once, and each is logged; those that are gone are reported, with whose they
// are.
func TestEachDeviceIsTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		var logged, dead []string
		settings, err := push.Settings{
			Now: time.Now,
			Dead: func(_ context.Context, who session.PersonID, d notify.Device, why *push.Error) {
				mu.Lock()
				defer mu.Unlock()
				dead = append(dead, fmt.Sprintln(who, d.Token, why.Reason))
			},
			Log: func(_ context.Context, a push.Attempt) {
				mu.Lock()
				defer mu.Unlock()
				logged = append(logged, fmt.Sprintln(a.Key, a.Kind, a.Person, a.Device.Token, a.Took, a.Err))
				if a.ID != push.ID(a.Key) || a.At.After(time.Now()) {
					t.Errorf("%+v", a)
				}
			},
		}.Defaults()
		if err != nil {
			t.Fatal(err)
		}
		s := service.Service{
			Settings: settings,
			Carries:  func(d notify.Device) bool { return d.Token != "foreign" },
			Send: func(_ context.Context, o service.Order) *push.Error {
				time.Sleep(time.Second)
				if o.Device.Token == "gone" {
					return &push.Error{Problem: push.Gone, Reason: "why"}
				}
				return nil
			},
		}
		m := standin.Message(1, notify.Android, "a", "gone", "foreign", "", "a", "b")
		m.To.Devices = append(m.To.Devices, notify.Device{Channel: notify.IPhone, Token: "c"})
		if err := s.Notify(t.Context(), m); err != nil {
			t.Error(err)
		}
		slices.Sort(logged)
		want := []string{
			"session/7f3c/1/push invoice_paid ann a 1s <nil>\n", "session/7f3c/1/push invoice_paid ann b 1s <nil>\n",
			"session/7f3c/1/push invoice_paid ann gone 1s The push was not sent: the device is no longer registered (why).\n",
		}
		if !slices.Equal(logged, want) || !slices.Equal(dead, []string{"ann gone why\n"}) {
			t.Errorf("logged %q, dead %q; want %q", logged, dead, want)
		}
	})
}

// A device that says nothing costs its own time limit, and not that of the others.
func TestN5ASilentDeviceHoldsUpNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		settings, err := push.Settings{Timeout: 10 * time.Second, Now: time.Now}.Defaults()
		if err != nil {
			t.Fatal(err)
		}
		s := service.Service{
			Settings: settings, Carries: func(notify.Device) bool { return true },
			Send: func(ctx context.Context, _ service.Order) *push.Error {
				<-ctx.Done()
				return &push.Error{Problem: push.Unanswered, Err: ctx.Err()}
			},
		}
		began := time.Now()
		err = s.Notify(t.Context(), standin.Message(1, notify.Android, "a", "b", "c", "d"))
		if took := time.Since(began); took != 10*time.Second || !errors.Is(err, notify.ErrUnknown) ||
			!errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%v after %v", err, took)
		}
	})
}
