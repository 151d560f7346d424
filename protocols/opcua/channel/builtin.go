package channel

import (
	"reflect"

	"github.com/gopcua/opcua/ua"
)

// What the high bits of a NodeId's first byte add to an ExpandedNodeId (§5.2.2.10).
const (
	withNamespaceURI = 0x80
	withServerIndex  = 0x40
)

// nodeID walks through a NodeId and returns its first byte (§5.2.2.9).
func (w *walker) nodeID() (first byte) {
	first = w.byte()
	switch ua.NodeIDType(first & 0x0F) {
	case ua.NodeIDTypeTwoByte:
		w.take(1)
	case ua.NodeIDTypeFourByte:
		w.take(3)
	case ua.NodeIDTypeNumeric:
		w.take(6)
	case ua.NodeIDTypeGUID:
		w.take(18)
	case ua.NodeIDTypeString, ua.NodeIDTypeByteString:
		w.take(2)
		w.bytes()
	default:
		w.wrongf("a node of the kind %d", first)
	}
	return first
}

func (w *walker) expandedNodeID() {
	first := w.nodeID()
	if first&withNamespaceURI != 0 {
		w.bytes()
	}
	if first&withServerIndex != 0 {
		w.take(4)
	}
}

func (w *walker) localizedText() {
	mask := w.byte()
	for _, part := range [...]byte{ua.LocalizedTextLocale, ua.LocalizedTextText} {
		if mask&part != 0 {
			w.bytes()
		}
	}
}

// diagnosticInfo walks through a DiagnosticInfo (§5.2.2.12).
func (w *walker) diagnosticInfo() {
	mask := w.byte()
	for _, number := range [...]byte{
		ua.DiagnosticInfoSymbolicID, ua.DiagnosticInfoNamespaceURI, ua.DiagnosticInfoLocale, ua.DiagnosticInfoLocalizedText,
	} {
		if mask&number != 0 {
			w.take(4)
		}
	}
	if mask&ua.DiagnosticInfoAdditionalInfo != 0 {
		w.bytes()
	}
	if mask&ua.DiagnosticInfoInnerStatusCode != 0 {
		w.take(4)
	}
	if mask&ua.DiagnosticInfoInnerDiagnosticInfo != 0 {
		w.value(reflect.TypeFor[ua.DiagnosticInfo]())
	}
}

// dataValue walks through a DataValue (§5.2.2.17).
func (w *walker) dataValue() {
	mask := w.byte()
	if mask&ua.DataValueValue != 0 {
		w.value(reflect.TypeFor[ua.Variant]())
	}
	for _, part := range [...]struct {
		bit  byte
		size uint32
	}{
		{ua.DataValueStatusCode, 4},
		{ua.DataValueSourceTimestamp, 8},
		{ua.DataValueSourcePicoseconds, 2},
		{ua.DataValueServerTimestamp, 8},
		{ua.DataValueServerPicoseconds, 2},
	} {
		if mask&part.bit != 0 {
			w.take(part.size)
		}
	}
}

// builtins are the types of what a Variant holds, by their numbers (§5.1.2).
var builtins = map[ua.TypeID]reflect.Type{
	ua.TypeIDBoolean: reflect.TypeFor[bool](), ua.TypeIDSByte: reflect.TypeFor[int8](), ua.TypeIDByte: reflect.TypeFor[uint8](),
	ua.TypeIDInt16: reflect.TypeFor[int16](), ua.TypeIDUint16: reflect.TypeFor[uint16](), ua.TypeIDInt32: reflect.TypeFor[int32](),
	ua.TypeIDUint32: reflect.TypeFor[uint32](), ua.TypeIDInt64: reflect.TypeFor[int64](), ua.TypeIDUint64: reflect.TypeFor[uint64](),
	ua.TypeIDFloat: reflect.TypeFor[float32](), ua.TypeIDDouble: reflect.TypeFor[float64](), ua.TypeIDString: reflect.TypeFor[string](),
	ua.TypeIDDateTime: reflect.TypeFor[int64](), ua.TypeIDGUID: reflect.TypeFor[ua.GUID](), ua.TypeIDByteString: reflect.TypeFor[[]byte](),
	ua.TypeIDXMLElement: reflect.TypeFor[string](), ua.TypeIDNodeID: reflect.TypeFor[ua.NodeID](),
	ua.TypeIDExpandedNodeID: reflect.TypeFor[ua.ExpandedNodeID](), ua.TypeIDStatusCode: reflect.TypeFor[uint32](),
	ua.TypeIDQualifiedName: reflect.TypeFor[ua.QualifiedName](), ua.TypeIDLocalizedText: reflect.TypeFor[ua.LocalizedText](),
	ua.TypeIDExtensionObject: reflect.TypeFor[ua.ExtensionObject](), ua.TypeIDDataValue: reflect.TypeFor[ua.DataValue](),
	ua.TypeIDVariant: reflect.TypeFor[ua.Variant](), ua.TypeIDDiagnosticInfo: reflect.TypeFor[ua.DiagnosticInfo](),
}

// variant walks through a Variant (§5.2.2.16).
func (w *walker) variant() {
	const typeBits = 0x3F
	mask := w.byte()
	id := ua.TypeID(mask & typeBits)
	if id == ua.TypeIDNull {
		return
	}
	of, ok := builtins[id]
	if !ok {
		w.wrongf("a value of the type %d", id)
		return
	}
	if mask&ua.VariantArrayValues == 0 {
		w.value(of)
		return
	}
	n := int32(w.uint32())
	if n < -1 || n > maxArray || n > 0 && !w.count(uint32(n)) {
		w.wrongf("an array of %d elements", n)
		return
	}
	for range max(n, 0) {
		w.value(of)
	}
	if mask&ua.VariantArrayDimensions != 0 {
		w.dimensions(int64(n))
	}
}

// dimensions walks through the dimensions of an array of n elements.
func (w *walker) dimensions(n int64) {
	count := w.uint32()
	if w.short || count > maxDimensions {
		w.wrongf("an array of %d dimensions", count)
		return
	}
	product := int64(1)
	for range count {
		size := int32(w.uint32())
		if product *= int64(size); size < 1 || product > maxArray {
			w.wrongf("a dimension of %d", size)
			return
		}
	}
	if count > 0 && product != n {
		w.wrongf("%d elements in dimensions that hold %d", n, product)
	}
}

// extensionObject walks through an ExtensionObject, and what is in it where the library knows the type (§5.2.2.15).
func (w *walker) extensionObject() {
	begin := w.rest
	w.expandedNodeID()
	id := begin[:len(begin)-len(w.rest)]
	encoding := w.byte()
	if w.short || encoding == ua.ExtensionObjectEmpty {
		return
	}
	body := w.bytes()
	if w.short || len(body) == 0 {
		return
	}
	of := reflect.TypeFor[string]()
	if encoding != ua.ExtensionObjectXML {
		of = structure(id)
	}
	if of == nil {
		return // the library leaves it alone
	}
	within := &walker{cursor: cursor{rest: body}, elements: w.elements, depth: w.depth}
	if within.value(of); within.done() {
		w.err = within.err
	}
	w.elements = within.elements
}

// structure returns the type that the library decodes a structure into, by the bytes of its id; nil for one that it does
// not know. It has the library begin to decode one that is much too short, since its list of types is its own.
func structure(id []byte) reflect.Type {
	tooShort := append(append([]byte(nil), id...), ua.ExtensionObjectBinary, 1, 0, 0, 0, 0)
	object := new(ua.ExtensionObject)
	_, _ = object.Decode(tooShort) // the error is that it is too short
	if object.Value == nil {
		return nil
	}
	return reflect.TypeOf(object.Value)
}
