// Package service is what the notifiers of all push services do alike: a message goes to each of a person's devices,
// and what becomes of it is told.
package service

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/fan"
)

// Service is one push service.
type Service struct {
	// Settings have their defaults filled in.
	push.Settings
	// Carries says whether the service has devices with such a token.
	Carries func(notify.Device) bool
	// Send sends a message to one device, and returns nil once the service has taken it over.
	Send func(context.Context, Order) *push.Error
}

// Order is a message for one device.
type Order struct {
	ID      string
	Message notify.Message
	Words   push.Words
	Device  notify.Device
}

// Urgent says that the message can't be turned off (N2).
func (o Order) Urgent() bool { return !o.Message.Optional }

// Notify sends a message to the person's devices of its channel; see notify.Notifier and package push.
func (s *Service) Notify(ctx context.Context, m notify.Message) error {
	if err := ctx.Err(); err != nil {
		return &push.Error{Problem: push.Unreachable, Err: err}
	}
	devices := s.devices(m)
	if len(devices) == 0 {
		return &push.Error{Problem: push.NoDevice}
	}
	o := Order{ID: push.ID(m.Key), Message: m, Words: s.Words(m)}
	return push.Merge(fan.Out(devices, func(d notify.Device) error {
		o := o
		o.Device = d
		return s.one(ctx, o)
	}))
}

// devices are those that a message is for, each once.
func (s *Service) devices(m notify.Message) []notify.Device {
	var chosen []notify.Device
	for _, d := range m.To.Devices {
		if d.Channel == m.Channel && d.Token != "" && s.Carries(d) && !slices.Contains(chosen, d) {
			chosen = append(chosen, d)
		}
	}
	return chosen
}

// one sends to one device, and tells of it.
func (s *Service) one(ctx context.Context, o Order) error {
	a := push.Attempt{
		Key: o.Message.Key, ID: o.ID, Kind: o.Message.Kind, Person: o.Message.To.ID, Device: o.Device, At: s.Now(),
	}
	timed, cancel := context.WithTimeout(ctx, s.Timeout)
	defer cancel()
	if e := s.Send(timed, o); e != nil {
		a.Err = e
		if e.Problem == push.Gone {
			s.Dead(ctx, a.Person, o.Device, e)
		}
	}
	a.Took = s.Now().Sub(a.At)
	s.Log(ctx, a)
	return a.Err
}

// JSON encodes a payload as it is, without the escapes that only a page of HTML needs.
func JSON(v any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(v) // texts and numbers always can be
	return bytes.TrimSuffix(b.Bytes(), []byte("\n"))
}
