package mqtt

import (
	"strings"
	"unicode/utf8"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/sinks/template"
)

// longestTopic is what the two length bytes of a string count (MQTT 5.0 §1.5.4).
const longestTopic = 65535

// checkTopic finds what no topic to publish on may have (MQTT 5.0 §4.7). It reads
// the name of a placeholder, too: one with a wildcard is more likely a mistake.
func checkTopic(key string, t template.Template, report config.Report) {
	switch {
	case strings.ContainsAny(t.String(), "+#"):
		report(key, &config.Problem{What: "the topic has a wildcard", Fix: "publish on one topic, without + and #"})
	case strings.ContainsRune(t.String(), 0):
		report(key, &config.Problem{What: "the topic has a NUL", Fix: "write the topic without it"})
	}
}

// escapeLevel appends text as part of one level: what would split it or match
// others becomes "_", and so does nothing at all, since subscribers trip over an
// empty level.
func escapeLevel(dst []byte, text string) []byte {
	if text == "" {
		return append(dst, '_')
	}
	for _, r := range text { // an octet that is not UTF-8 arrives as U+FFFD
		switch r {
		case '/', '+', '#', 0:
			dst = append(dst, '_')
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return dst
}
