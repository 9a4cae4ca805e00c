// Package dispatch kills processes that plan and deliver, at named points and at random, while others go on, and checks
// that nothing that was to be told is lost, that nothing is planned twice, and that a message is repeated only where its
// outcome was recorded as unknown (N4, N5). They send by HTTP, or with package mail to a real mail server.
package dispatch
