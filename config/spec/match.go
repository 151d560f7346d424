package spec

import (
	"fmt"
	"net"
	"strconv"
	"strings"

	"github.com/holdfast-edge/holdfast/config/document"
)

// Matches lists the rules that match:"…" may name:
//
//	name      a letter, then letters, digits, _ and -, 64 at most: what SQL, MQTT topics and files can all carry
//	listen    host:port to listen on; an empty host is every interface
//	topic     an MQTT topic to publish on: no wildcards (MQTT 5.0, 4.7.1)
//	filter    an MQTT topic filter: + for one level, # for the rest (MQTT 5.0, 4.7.1)
func Matches() []string { return []string{"filter", "listen", "name", "topic"} }

// matched is what a person calls a text that obeys a rule.
func matched(rule string) string {
	switch rule {
	case "listen":
		return "host:port"
	case "topic":
		return "MQTT topic"
	case "filter":
		return "MQTT topic filter"
	default:
		return rule
	}
}

// longestName bounds a name.
const longestName = 64

// namePattern is the rule of names for the schema.
const namePattern = `^[A-Za-z][A-Za-z0-9_-]{0,63}$`

// Match holds a text against one of the rules of Matches; the error is a *document.Problem.
func Match(rule, text string) error {
	switch rule {
	case "name":
		return matchName(text)
	case "listen":
		return matchListen(text)
	case "topic":
		return matchTopic(text)
	default:
		return matchFilter(text)
	}
}

// pattern is a rule as a regular expression for the schema; empty where it has none.
func pattern(rule string) string {
	if rule == "name" {
		return namePattern
	}
	return ""
}

// matchName holds a text against the rule of names.
func matchName(text string) error {
	if text != "" && len(text) <= longestName && letter(text[0]) {
		rest := strings.TrimLeftFunc(text, func(r rune) bool {
			return r < 0x80 && (letter(byte(r)) || r >= '0' && r <= '9' || r == '_' || r == '-')
		})
		if rest == "" {
			return nil
		}
	}
	return &document.Problem{
		What: shorten(text) + " is not a name",
		Fix:  fmt.Sprintf("want a letter, then letters (a-z, A-Z), digits, _ and -, at most %d", longestName),
	}
}

func letter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// matchListen wants a port after the last colon.
func matchListen(text string) error {
	_, port, err := net.SplitHostPort(text)
	if err == nil {
		if _, err = strconv.ParseUint(port, 10, 16); err == nil {
			return nil
		}
	}
	return &document.Problem{
		What: shorten(text) + " is not an address to listen on",
		Fix:  "want host:port, as 127.0.0.1:1883 or :1883 for every interface",
	}
}

// longestTopic is what the two length bytes of an MQTT string can count (MQTT 5.0, 1.5.4).
const longestTopic = 65535

// matchTopic refuses wildcards.
func matchTopic(text string) error {
	if err := matchLevels(text); err != nil {
		return err
	}
	if strings.ContainsAny(text, "+#") {
		return &document.Problem{What: shorten(text) + " has a wildcard", Fix: "publish on one topic, without + and #"}
	}
	return nil
}

// matchFilter wants wildcards to fill their level, and # to be the last.
func matchFilter(text string) error {
	if err := matchLevels(text); err != nil {
		return err
	}
	levels := strings.Split(text, "/")
	for i, level := range levels {
		wild := strings.ContainsAny(level, "+#")
		if wild && len(level) > 1 || level == "#" && i < len(levels)-1 {
			return &document.Problem{
				What: shorten(text) + " is not a topic filter",
				Fix:  "+ stands alone for one level, # alone at the end for the rest",
			}
		}
	}
	return nil
}

// matchLevels holds what topics and filters have in common (MQTT 5.0, 4.7.3).
func matchLevels(text string) error {
	if text == "" || len(text) > longestTopic || strings.ContainsRune(text, 0) {
		return &document.Problem{What: shorten(text) + " is not a topic", Fix: "want 1 to 65535 bytes without NUL"}
	}
	return nil
}
