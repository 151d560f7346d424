package node

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/holdfast-edge/holdfast/console"
)

// withdraw lets go of what the log keeps for a sink or rule that is configured no
// more. What that costs is counted by stream, and told.
func (n *Node) withdraw(cursor string) {
	lost := map[string]uint64{}
	for _, r := range n.log.RemoveCursor(cursor) {
		lost[r.Stream] += r.Count
	}
	text := cursor + " is configured no more"
	var parts []string
	for _, stream := range slices.Sorted(maps.Keys(lost)) {
		parts = append(parts, fmt.Sprintf("%d records of %s", lost[stream], stream))
	}
	if len(parts) > 0 {
		text += ", and will not get " + strings.Join(parts, ", ")
	}
	n.means.Logger.Warn("withdrawn", "cursor", cursor, "lost", lost)
	n.journal.add(console.Event{Time: n.journal.now(), Kind: "alarm", Path: "/" + strings.Replace(cursor, "sink/", "sinks/", 1), Text: text})
}
