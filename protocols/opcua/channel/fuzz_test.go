package channel

import (
	"bytes"
	"errors"
	"testing"
	"time"

	"github.com/gopcua/opcua/ua"
)

// FuzzFrames has whatever bytes come on an open channel without security: nothing may panic, and what is delivered has
// come in frames.
func FuzzFrames(f *testing.F) {
	server := &far{t: f, channel: 7, token: 1}
	f.Add(server.chunk(1, final, 1, []byte("whole")))
	f.Add(append(server.chunk(1, intermediate, 1, []byte("first")), server.chunk(1, final, 1, []byte("last"))...))
	f.Add(server.chunk(1, abandoned, 1, appendBytes(appendUint32(nil, uint32(ua.StatusBadTimeout)), []byte("why"))))
	f.Add(server.opening(1, &ua.OpenSecureChannelResponse{ResponseHeader: good(), SecurityToken: &ua.ChannelSecurityToken{ChannelID: 7, TokenID: 2}}))
	f.Add([]byte("ERRF\x10\x00\x00\x00\x00\x00\x01\x80\xFF\xFF\xFF\xFF"))
	f.Fuzz(func(t *testing.T, data []byte) {
		c := &Channel{security: Insecure(), waiting: map[uint32]chan []byte{}, tokens: []*token{{channel: 7, id: 1}}}
		for i := range uint32(4) {
			c.waiting[i] = make(chan []byte, 1)
		}
		in, from := &receiver{channel: c, assembly: newAssembly()}, bytes.NewReader(data)
		for {
			frame, err := readFrame(from, frameLimit)
			if err != nil || in.take(frame) != nil {
				break
			}
		}
		if c.stray.Load() > uint64(len(data)/headerSize) {
			t.Errorf("%d stray messages in %d bytes", c.stray.Load(), len(data))
		}
	})
}

// FuzzGreeting reads the answer to a hello.
func FuzzGreeting(f *testing.F) {
	f.Add(acknowledgement(0, frameLimit, frameLimit, 0, 0))
	f.Add(acknowledgement(0, 1, 1, 1, 1))
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := readFrame(bytes.NewReader(data), frameLimit)
		if err != nil {
			return
		}
		if l, err := parseAcknowledge(frame); err == nil && (l.send < leastFrame || l.send > frameLimit || l.receive != frameLimit) {
			t.Errorf("agreed upon %+v", l)
		}
	})
}

// FuzzResponses decodes whatever comes as a response. What is found well formed, the library must be able to decode.
func FuzzResponses(f *testing.F) {
	for _, response := range seeds() {
		f.Add(encoded(f, response))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if _, err := read(data); err != nil && !errors.Is(err, errForm) {
			t.Errorf("found well formed, and then %v", err)
		}
	})
}

// seeds are responses with all that can be in them.
func seeds() []ua.Response {
	value := func(v any) *ua.DataValue {
		d := &ua.DataValue{Value: ua.MustVariant(v), Status: ua.StatusBadTimeout, SourceTimestamp: time.Unix(1, 0), ServerTimestamp: time.Unix(2, 0), SourcePicoseconds: 3, ServerPicoseconds: 4}
		d.UpdateMask()
		return d
	}
	values := []*ua.DataValue{
		value(true), value(int8(1)), value([]string{"a", ""}), value([][]uint32{{1, 2}, {3, 4}}), value([]byte("bytes")),
		value(ua.ByteArray{1}), value(time.Unix(1, 0)), value(ua.NewGUID("72962B91-FA75-4AE6-8D28-B404DC7DAF63")),
		value(ua.NewLocalizedTextWithLocale("hot", "en")), value(&ua.QualifiedName{NamespaceIndex: 1, Name: "n"}),
		value(ua.NewExtensionObject(&ua.Range{Low: 1, High: 2})), value(ua.MustVariant(7.5)), value(ua.NewStringNodeID(1, "s")),
		value(&ua.DiagnosticInfo{EncodingMask: ua.DiagnosticInfoInnerDiagnosticInfo | ua.DiagnosticInfoAdditionalInfo, AdditionalInfo: "x", InnerDiagnosticInfo: &ua.DiagnosticInfo{}}),
		value(ua.NewStringExpandedNodeID(1, "e")), value(ua.XMLElement("<x/>")), value(ua.StatusBad),
		{},
	}
	return []ua.Response{
		&ua.ServiceFault{ResponseHeader: good()},
		&ua.ReadResponse{ResponseHeader: good(), Results: values},
		&ua.WriteResponse{ResponseHeader: good(), Results: []ua.StatusCode{ua.StatusBad}},
		&ua.PublishResponse{ResponseHeader: good(), NotificationMessage: &ua.NotificationMessage{
			NotificationData: []*ua.ExtensionObject{
				ua.NewExtensionObject(&ua.DataChangeNotification{MonitoredItems: []*ua.MonitoredItemNotification{{ClientHandle: 1, Value: values[0]}}}),
				ua.NewExtensionObject(&ua.StatusChangeNotification{Status: ua.StatusBadTimeout, DiagnosticInfo: &ua.DiagnosticInfo{}}),
			},
		}},
		&ua.HistoryReadResponse{ResponseHeader: good(), Results: []*ua.HistoryReadResult{{
			ContinuationPoint: []byte("on"), HistoryData: ua.NewExtensionObject(&ua.HistoryData{DataValues: values[:2]}),
		}}},
		&ua.BrowseResponse{ResponseHeader: good(), Results: []*ua.BrowseResult{{References: []*ua.ReferenceDescription{{
			ReferenceTypeID: ua.NewTwoByteNodeID(1), NodeID: ua.NewNumericExpandedNodeID(1, 70000), BrowseName: &ua.QualifiedName{},
			DisplayName: ua.NewLocalizedText("x"), TypeDefinition: ua.NewTwoByteExpandedNodeID(1),
		}}}}},
		&ua.CreateMonitoredItemsResponse{ResponseHeader: good(), Results: []*ua.MonitoredItemCreateResult{{FilterResult: ua.NewExtensionObject(nil)}}},
		&ua.GetEndpointsResponse{ResponseHeader: good(), Endpoints: []*ua.EndpointDescription{{
			Server: &ua.ApplicationDescription{ApplicationName: ua.NewLocalizedText("s"), DiscoveryURLs: []string{"u"}}, UserIdentityTokens: []*ua.UserTokenPolicy{{PolicyID: "a"}},
		}}},
	}
}

func TestEveryResponseIsDecodedAsItWasEncoded(t *testing.T) {
	for _, response := range seeds() {
		body := encoded(t, response)
		got, err := read(body)
		if err != nil {
			t.Errorf("%T: %v", response, err)
			continue
		}
		if again := encoded(t, got); !bytes.Equal(again, body) {
			t.Errorf("%T became another one", response)
		}
		for n := range body {
			if _, err := read(body[:n]); !errors.Is(err, errForm) {
				t.Errorf("%T cut at %d: %v", response, n, err)
			}
		}
	}
}
