package apns

import (
	"encoding/json"
	"net/http"
	"time"

	"github.com/sessional-go/sessional/notify"
	"github.com/sessional-go/sessional/notify/transport/push"
	"github.com/sessional-go/sessional/notify/transport/push/internal/service"
)

// limit is the greatest length of a payload, in bytes.
const limit = 4096

// payload is what an app gets.
type payload struct {
	APS  aps         `json:"aps"`
	ID   string      `json:"id"`
	Kind notify.Kind `json:"kind"`
	Link string      `json:"link,omitempty"`
}

type aps struct {
	Alert alert  `json:"alert"`
	Sound string `json:"sound"`
}

type alert struct {
	Title string `json:"title,omitempty"`
	Body  string `json:"body,omitempty"`
}

// body encodes a message, its words shortened to fit.
func body(o service.Order) ([]byte, *push.Error) {
	encoded, ok := service.Fit(o.Words, limit, func(w push.Words) []byte {
		return service.JSON(payload{
			APS: aps{Alert: alert(w), Sound: "default"}, ID: o.ID, Kind: o.Message.Kind, Link: o.Message.Link,
		})
	})
	if !ok {
		return nil, &push.Error{Problem: push.Unfit, Reason: "it is too long"}
	}
	return encoded, nil
}

// The reasons that are known by name.
const (
	badToken        = "BadDeviceToken"
	expiredProvider = "ExpiredProviderToken"
)

// judge makes the Error of an answer that isn't 2xx.
func judge(a service.Answer, now time.Time) *push.Error {
	var said struct {
		Reason string `json:"reason"`
		// Timestamp is in milliseconds, of 410.
		Timestamp int64 `json:"timestamp"`
	}
	_ = json.Unmarshal(a.Body, &said) // what is no JSON has no reason
	e := a.Plain(said.Reason, now)
	switch {
	case a.Status == http.StatusGone:
		e.Problem = push.Gone
		if said.Timestamp > 0 {
			e.Since = time.UnixMilli(said.Timestamp).UTC()
		}
	case said.Reason == badToken:
		e.Problem = push.Gone
	case said.Reason == "DeviceTokenNotForTopic", said.Reason == "Forbidden":
		e.Problem = push.Foreign
	case a.Status == http.StatusRequestEntityTooLarge, said.Reason == "PayloadEmpty":
		e.Problem = push.Unfit
	}
	return e
}
