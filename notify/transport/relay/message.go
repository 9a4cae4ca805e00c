package relay

import (
	"errors"
	"strconv"
	"time"

	"github.com/ThreeDotsLabs/watermill/message"

	"github.com/sessional-go/sessional/internal/envelope"
	"github.com/sessional-go/sessional/session"
)

// The metadata of a message. What an event hasn't got is left out.
const (
	// MetaKey is the event's key, which is the message's UUID, too: not every publisher keeps that.
	MetaKey = "key"
	// MetaKind is what happened: session.withdrawn.
	MetaKind = "kind"
	// MetaSubject is what it happened to: booking/7f3c.
	MetaSubject = "subject"
	// MetaVersion is the subject's version since, from 1 without gaps: of two events the later one has the greater.
	MetaVersion = "version"
	// MetaProvider is the provider, the tenant.
	MetaProvider = "provider"
	// MetaSession is the id of the session that it is about.
	MetaSession = "session"
	// MetaPartitionKey is the same for events that have to stay in order; see PartitionKey.
	MetaPartitionKey = "partition_key"
	// MetaAt is when it happened, in RFC 3339 and UTC.
	MetaAt = "at"
	// MetaSchema is the schema of the payload: Schema.
	MetaSchema = "schema"
	// MetaContentType is application/json.
	MetaContentType = "content_type"
)

// Schema is the version of the payload's form. Within it fields are only ever added.
const Schema = envelope.Schema

// CloudEvents says how the attributes of CloudEvents 1.0 (https://cloudevents.io) are written into the metadata: id,
// source, specversion, type, subject, time, datacontenttype and partitionkey. The id is the event's key.
type CloudEvents struct {
	// Prefix stands before each attribute, as the broker's binding has it: "ce-" for NATS, "ce_" for Kafka,
	// "cloudEvents:" for AMQP.
	Prefix string
	// Source names who publishes, as a URI: "https://rota.example.org".
	Source string
	// TypePrefix stands before the event's kind, as in "org.example.rota."; may be blank.
	TypePrefix string
}

// Message returns an event as it is published: UUID, payload and metadata; see the package's comment.
func Message(e session.Event) (*message.Message, error) { return Options{}.message(e) }

func (o Options) message(e session.Event) (*message.Message, error) {
	payload, err := envelope.Encode(e)
	if err != nil {
		return nil, err
	}
	key, partition := e.Key(), string(e.Session)
	if partition == "" {
		partition = e.Subject.String()
	}
	at := e.At.UTC().Format(time.RFC3339Nano)
	m := message.NewMessage(key, payload)
	set := func(name, value string) {
		if value != "" {
			m.Metadata.Set(name, value)
		}
	}
	set(MetaKey, key)
	set(MetaKind, string(e.Kind))
	set(MetaSubject, e.Subject.String())
	set(MetaVersion, strconv.FormatInt(e.Version, 10))
	set(MetaProvider, string(e.Provider))
	set(MetaSession, string(e.Session))
	set(MetaPartitionKey, partition)
	set(MetaAt, at)
	set(MetaSchema, strconv.Itoa(Schema))
	set(MetaContentType, contentType)
	if ce := o.CloudEvents; ce != nil {
		set(ce.Prefix+"specversion", "1.0")
		set(ce.Prefix+"id", key)
		set(ce.Prefix+"source", ce.Source)
		set(ce.Prefix+"type", ce.TypePrefix+string(e.Kind))
		set(ce.Prefix+"subject", e.Subject.String())
		set(ce.Prefix+"time", at)
		set(ce.Prefix+"datacontenttype", contentType)
		set(ce.Prefix+"partitionkey", partition)
	}
	return m, nil
}

const contentType = "application/json"

// errNoPartitionKey is PartitionKey's answer for a message of somebody else's.
var errNoPartitionKey = errors.New("relay: the message has no partition key: it is no event's")

// PartitionKey returns what has to go to one partition to stay in order: the id of the session that a message's event
// is about, or the event's subject where it is about none. Its form is the one that watermill-kafka's
// NewWithPartitioningMarshaler takes.
func PartitionKey(_ string, m *message.Message) (string, error) {
	key := m.Metadata.Get(MetaPartitionKey)
	if key == "" {
		return "", errNoPartitionKey
	}
	return key, nil
}

// SchemaError says that a payload comes in a schema that this release doesn't read.
type SchemaError = envelope.SchemaError

// Decode reads the payload of a message: for consumers that are written in Go. Fields that this release doesn't know
// are passed over. The error is a *SchemaError for another schema.
func Decode(payload []byte) (session.Event, error) { return envelope.Decode(payload) }
