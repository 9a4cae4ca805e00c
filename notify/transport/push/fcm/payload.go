package fcm

import (
	"strconv"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/service"
)

// limit is the greatest length of a message, in bytes. Firebase counts less of it than is counted here: the token is
// left out, and all else is in.
const limit = 4096

// The parts of projects.messages.send that are used.
type (
	request struct {
		Message message `json:"message"`
	}
	message struct {
		Token        string            `json:"token"`
		Notification *notification     `json:"notification,omitempty"`
		Data         map[string]string `json:"data"`
		Android      *android          `json:"android,omitempty"`
		APNs         *apns             `json:"apns,omitempty"`
	}
	notification struct {
		Title string `json:"title,omitempty"`
		Body  string `json:"body,omitempty"`
	}
	android struct {
		Priority     string `json:"priority"`
		TTL          string `json:"ttl"`
		Notification *tag   `json:"notification,omitempty"`
	}
	tag struct {
		Tag string `json:"tag"`
	}
	apns struct {
		Headers map[string]string `json:"headers"`
	}
)

// body encodes a message for one device, its words shortened to fit.
func (n *Notifier) body(o service.Order) ([]byte, *push.Error) {
	m := message{Data: map[string]string{"id": o.ID, "kind": string(o.Message.Kind)}}
	if o.Message.Link != "" {
		m.Data["link"] = o.Message.Link
	}
	if o.Device.Channel == notify.IPhone {
		m.APNs = n.iPhone(o)
	} else {
		m.Android = n.android(o)
	}
	encoded := func(w push.Words) []byte {
		if n.data(o) {
			m.Data["title"], m.Data["body"] = w.Title, w.Body
		} else {
			m.Notification = &notification{w.Title, w.Body}
		}
		return service.JSON(request{m})
	}
	if _, ok := service.Fit(o.Words, limit, encoded); !ok {
		return nil, &push.Error{Problem: push.Unfit, Reason: "it is too long"}
	}
	m.Token = o.Device.Token
	return service.JSON(request{m}), nil
}

// data says whether a message is for the app to show.
func (n *Notifier) data(o service.Order) bool { return n.o.Data && o.Device.Channel == notify.Android }

func (n *Notifier) android(o service.Order) *android {
	a := &android{Priority: "NORMAL", TTL: strconv.FormatInt(int64(n.o.TTL/time.Second), 10) + "s"}
	if !n.data(o) {
		a.Notification = &tag{o.ID}
	}
	if o.Urgent() {
		a.Priority = "HIGH"
	}
	return a
}

func (n *Notifier) iPhone(o service.Order) *apns {
	a := &apns{map[string]string{
		"apns-collapse-id": o.ID, "apns-priority": "5",
		"apns-expiration": strconv.FormatInt(n.o.Now().Add(n.o.TTL).Unix(), 10),
	}}
	if o.Urgent() {
		a.Headers["apns-priority"] = "10"
	}
	return a
}
