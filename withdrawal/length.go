package withdrawal

import "time"

// Length is a length of time in a policy. In JSON it is text: "15m", "72h", "28d"; a day is 24 hours.
type Length time.Duration
