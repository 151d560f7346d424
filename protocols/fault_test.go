package protocols_test

import (
	"errors"
	"io"
	"testing"

	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/tag"
)

func TestWhatFailedBeforeAWriteWasSentIsNotSentWhateverElseWas(t *testing.T) {
	asked := &protocols.Fault{Scope: protocols.ScopeUnit, Quality: tag.BadTimeout, Sent: true, Err: io.EOF}
	f := protocols.FaultOf(protocols.Unsent(asked))
	if f.Sent || f.Quality != tag.BadTimeout || !errors.Is(f, io.EOF) || !asked.Sent {
		t.Errorf("%+v of %+v", f, asked)
	}
	no := &protocols.Refusal{Quality: tag.BadOutOfRange, Err: io.EOF}
	if err := protocols.Unsent(no); err != error(no) { //nolint:errorlint // the very one
		t.Errorf("%v is %v", no, err)
	}
}

func TestASessionThatAConfigurationForbidsIsNotTriedAgain(t *testing.T) {
	for permanent, quality := range map[bool]tag.Quality{true: tag.BadConfiguration, false: tag.BadNotConnected} {
		f := protocols.Undialled("connect to plc", permanent, io.EOF)
		if f.Permanent != permanent || f.Quality != quality || f.Scope != protocols.ScopeSession || f.Sent || f.Error() != "connect to plc: EOF" {
			t.Errorf("%+v", f)
		}
	}
}
