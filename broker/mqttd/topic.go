package mqttd

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Bounds of topics and filters, and with them of what one subscription or one
// retained message can cost. MQTT itself allows 65,535 bytes.
const (
	maxTopic  = 4096
	maxLevels = 64
)

// CheckTopic reports why a topic cannot be published on (MQTT 5.0 §4.7).
func CheckTopic(topic string) error {
	switch {
	case topic == "":
		return errors.New("the topic is empty")
	case strings.ContainsAny(topic, "+#\x00"):
		return errors.New("the topic has a wildcard or a NUL")
	}
	return checkText(topic)
}

// CheckFilter reports why a filter cannot be subscribed to (MQTT 5.0 §4.7).
func CheckFilter(filter string) error {
	if filter == "" || strings.ContainsRune(filter, 0) {
		return errors.New("the filter is empty or has a NUL")
	}
	levels := strings.Split(filter, "/")
	for i, level := range levels {
		if strings.ContainsAny(level, "+#") && len(level) > 1 || level == "#" && i < len(levels)-1 {
			return errors.New("the filter has a wildcard that does not fill its level, or # before the end")
		}
	}
	return checkText(filter)
}

func checkText(text string) error {
	switch {
	case len(text) > maxTopic || strings.Count(text, "/") >= maxLevels:
		return fmt.Errorf("the topic is longer than %d bytes or deeper than %d levels", maxTopic, maxLevels)
	case !utf8.ValidString(text):
		return errors.New("the topic is not UTF-8")
	default:
		return nil
	}
}

// AppendLevel appends text as one level of a topic, or as part of one: what would
// split it or match others becomes "_", and so does nothing at all, since an
// empty level is legal, but subscribers trip over it.
func AppendLevel(dst []byte, text string) []byte {
	if text == "" {
		return append(dst, '_')
	}
	for _, r := range text { // an octet that is not UTF-8 arrives as U+FFFD
		switch r {
		case '/', '+', '#', 0:
			r = '_'
		}
		dst = utf8.AppendRune(dst, r)
	}
	return dst
}

// Matches reports whether a valid topic is under a valid filter, which may be of
// a shared subscription.
func Matches(filter, topic string) bool {
	_, rest, _, err := splitShare(filter)
	return err == nil && rest != "" && topic != "" && matches(rest, topic)
}

// sharePrefix begins the filter of a shared subscription.
const sharePrefix = "$share/"

// splitShare takes $share/group/filter apart (MQTT 5.0 §4.8.2).
func splitShare(filter string) (group, rest string, shared bool, err error) {
	after, shared := strings.CutPrefix(filter, sharePrefix)
	if !shared {
		return "", filter, false, nil
	}
	group, rest, ok := strings.Cut(after, "/")
	if !ok || group == "" || strings.ContainsAny(group, "+#") {
		return "", "", true, errors.New("want $share/group/filter")
	}
	return group, rest, true, nil
}

// matches reports whether a topic is under a filter, both of them valid.
// Filters that begin with a wildcard leave topics alone that begin with $
// (MQTT 5.0 §4.7.2).
func matches(filter, topic string) bool {
	if topic[0] == '$' && (filter[0] == '+' || filter[0] == '#') {
		return false
	}
	for {
		level, deeper, more := strings.Cut(filter, "/")
		if level == "#" {
			return true
		}
		name, below, hasBelow := strings.Cut(topic, "/")
		if level != "+" && level != name {
			return false
		}
		if !more || !hasBelow {
			return more == hasBelow || more && deeper == "#" && !hasBelow
		}
		filter, topic = deeper, below
	}
}

// covers reports whether everything under the filter narrow is under wide, too:
// who may subscribe to wide may subscribe to narrow.
func covers(wide, narrow string) bool {
	if narrow[0] != wide[0] && (narrow[0] == '$' || wide[0] == '$') {
		return false
	}
	for {
		w, deeper, more := strings.Cut(wide, "/")
		if w == "#" {
			return true
		}
		n, below, hasBelow := strings.Cut(narrow, "/")
		if n == "#" || n == "+" && w != "+" || w != "+" && w != n {
			return false
		}
		if !more || !hasBelow {
			return more == hasBelow || more && deeper == "#" && !hasBelow
		}
		wide, narrow = deeper, below
	}
}
