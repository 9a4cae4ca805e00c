// Package crash kills workers at every point of a commit and at random, and servers under load, and checks that nothing
// acknowledged is lost, nothing half done is there, what was held is let go, and what was under way gets one answer when
// it is given again (N4, N5, P2, P3).
package crash
