package relay_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sessional-go/sessional/notify/transport/relay"
	"github.com/sessional-go/sessional/session"
)

var update = flag.Bool("update", false, "write the golden files")

const golden = "testdata/message.json"

func withdrawn() session.Event {
	return session.Event{
		Subject: session.Subject{Kind: session.KindSession, ID: "7f3c"}, Version: 3, Kind: "session.withdrawn",
		Provider: "leeds", Session: "7f3c", At: time.Date(2026, time.July, 2, 9, 0, 0, 120_000_000, time.UTC),
		By: session.RotaManager("grace", "leeds"), Command: "c-9", From: "open", To: "withdrawn", Reason: "t-4",
		Facts: session.Facts{"cause": "closed", "notice_hours": "3"},
	}
}

// A message is a promise to every consumer: a change of this file is a change for all of them.
func TestMessageIsTheDocumentedOne(t *testing.T) {
	m, err := relay.Message(withdrawn())
	if err != nil {
		t.Fatal(err)
	}
	got, err := json.MarshalIndent(map[string]any{
		"uuid": m.UUID, "metadata": m.Metadata, "payload": json.RawMessage(m.Payload),
	}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.WriteFile(golden, append(got, '\n'), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(bytes.TrimSpace(want), got) {
		t.Errorf("a message is\n%s\nand not, as documented,\n%s", got, want)
	}
	again, err := relay.Message(withdrawn())
	if err != nil || !m.Equals(again) {
		t.Errorf("the same event again makes %v: %v", again, err)
	}
	if read, err := relay.Decode(m.Payload); err != nil || read.Key() != withdrawn().Key() {
		t.Errorf("it is read back as %v: %v", read, err)
	}
	var schema *relay.SchemaError
	if _, err := relay.Decode([]byte(`{"schema":2}`)); !errors.As(err, &schema) {
		t.Errorf("another schema: %v", err)
	}
}

// What is about no session stays in order by its subject.
func TestPartitionKeys(t *testing.T) {
	e := withdrawn()
	e.Session, e.Provider, e.Subject = "", "", session.Subject{Kind: session.KindSettings, ID: "ada"}
	m, err := relay.Message(e)
	if err != nil {
		t.Fatal(err)
	}
	if key, err := relay.PartitionKey("t", m); key != "settings/ada" || err != nil {
		t.Errorf("partition key %q: %v", key, err)
	}
	for _, left := range []string{relay.MetaSession, relay.MetaProvider} {
		if v, there := m.Metadata[left]; there {
			t.Errorf("%s is %q and should be left out", left, v)
		}
	}
	m, _ = relay.Message(withdrawn())
	if key, err := relay.PartitionKey("t", m); key != "7f3c" || err != nil {
		t.Errorf("partition key %q: %v", key, err)
	}
	if key, err := relay.PartitionKey("t", message.NewMessage("x", nil)); err == nil {
		t.Errorf("somebody else's message has the partition key %q", key)
	}
}

func TestCloudEventsAttributes(t *testing.T) {
	s := newStage(t, func(o *relay.Options) {
		o.CloudEvents = &relay.CloudEvents{Prefix: "ce-", Source: "https://rota.example.org", TypePrefix: "org.example."}
	})
	s.Happen(t.Context(), 0, 1)
	s.once(t)
	m := s.broker.took()[0]
	plain := maps.Clone(m.Metadata)
	maps.DeleteFunc(plain, func(name, _ string) bool { return !strings.HasPrefix(name, "ce-") })
	want := map[string]string{
		"ce-specversion": "1.0", "ce-id": m.UUID, "ce-source": "https://rota.example.org",
		"ce-type": "org.example." + m.Metadata.Get(relay.MetaKind), "ce-subject": m.Metadata.Get(relay.MetaSubject),
		"ce-time": "2026-06-01T09:00:00Z", "ce-datacontenttype": "application/json",
		"ce-partitionkey": m.Metadata.Get(relay.MetaSession),
	}
	if !maps.Equal(map[string]string(plain), want) {
		t.Errorf("attributes %v, want %v", plain, want)
	}
}
