package notify

import "github.com/sessional-go/sessional/internal/enum"

// Channel is a way to reach a person (N1).
type Channel uint8

// The channels.
const (
	// Email goes to the registered address.
	Email Channel = iota + 1
	// Android is a push to a person's Android devices.
	Android
	// IPhone is a push to a person's iPhones.
	IPhone
)

var channels = enum.Names{"", "email", "android", "iphone"}

// Channels returns all channels, email first.
func Channels() []Channel { return []Channel{Email, Android, IPhone} }

// String returns email, android or iphone.
func (c Channel) String() string { return channels.Text(uint8(c)) }

// MarshalText writes the channel's word.
func (c Channel) MarshalText() ([]byte, error) { return channels.Marshal(uint8(c)) }

// UnmarshalText reads a channel's word and refuses any other.
func (c *Channel) UnmarshalText(text []byte) error {
	n, err := channels.Unmarshal(text)
	*c = Channel(n)
	return err
}

// Valid says whether c is one of the channels.
func (c Channel) Valid() bool { return channels.Valid(uint8(c)) }

// Push says whether c is a push to a device.
func (c Channel) Push() bool { return c == Android || c == IPhone }
