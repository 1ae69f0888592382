using System.Collections.Immutable;
using System.Globalization;

namespace DistTrain.Data;

/// <summary>
/// Reads the dictionary of an NPY header, as in "{'descr': '&lt;f4', 'fortran_order': False, 'shape': (3, 4), }": just the
/// part of Python's grammar that NumPy writes there.
/// </summary>
internal ref struct NpyHeaderText
{
    private readonly string _fileName;
    private ReadOnlySpan<char> _rest;

    private NpyHeaderText(string text, string fileName)
    {
        _rest = text;
        _fileName = fileName;
    }

    /// <exception cref="DataException">Another grammar, or an array that cannot be used; names the file.</exception>
    public static ArrayHeader Parse(string text, long headerBytes, string fileName)
    {
        var reader = new NpyHeaderText(text, fileName);
        return reader.ParseDictionary(headerBytes);
    }

    private ArrayHeader ParseDictionary(long headerBytes)
    {
        string? kind = null;
        bool? isFortranOrder = null;
        ImmutableArray<long>? shape = null;
        Expect('{');
        while (!Accept('}'))
        {
            string key = ParseText();
            Expect(':');
            switch (key)
            {
                case "descr":
                    kind = ParseText();
                    break;
                case "fortran_order":
                    isFortranOrder = ParseBoolean();
                    break;
                case "shape":
                    shape = ParseShape();
                    break;
                default:
                    throw Broken($"has the unknown key '{key}'");
            }

            if (!Accept(','))
            {
                Expect('}');
                break;
            }
        }

        if (!_rest.Trim().IsEmpty)
        {
            throw Broken("goes on after its closing brace");
        }

        if (kind is null || isFortranOrder is null || shape is null)
        {
            throw Broken("lacks one of 'descr', 'fortran_order' and 'shape'");
        }

        (ElementType type, bool isBigEndian) = ParseKind(kind);
        if (isFortranOrder.Value && shape.Value.Length > 1)
        {
            throw new DataException(
                $"{_fileName} is in Fortran order, expected C order; write numpy.ascontiguousarray(x) instead of x");
        }

        return new ArrayHeader(type, isBigEndian, shape.Value, headerBytes);
    }

    private readonly (ElementType Type, bool IsBigEndian) ParseKind(string kind)
    {
        ElementType? type = kind.Length < 2 ? null : kind[1..] switch
        {
            "b1" => ElementType.Boolean,
            "u1" => ElementType.UInt8,
            "i1" => ElementType.Int8,
            "u2" => ElementType.UInt16,
            "i2" => ElementType.Int16,
            "u4" => ElementType.UInt32,
            "i4" => ElementType.Int32,
            "u8" => ElementType.UInt64,
            "i8" => ElementType.Int64,
            "f2" => ElementType.Float16,
            "f4" => ElementType.Float32,
            "f8" => ElementType.Float64,
            _ => null,
        };
        if (type is null || !"<>|=".Contains(kind[0], StringComparison.Ordinal))
        {
            bool isText = kind.AsSpan(Math.Min(1, kind.Length)) is ['U' or 'S' or 'T', ..];
            throw new DataException(
                $"{_fileName} holds {(isText ? "texts" : "numbers")} of type '{kind}', expected booleans, integers or floats of 16 to "
                + $"64 bits; write {(isText ? "numpy.unique(x, return_inverse=True)[1]" : "x.astype(numpy.float32)")} instead of x");
        }

        return (type.Value, kind[0] == '>');
    }

    private ImmutableArray<long> ParseShape()
    {
        ImmutableArray<long>.Builder dimensions = ImmutableArray.CreateBuilder<long>();
        Expect('(');
        while (!Accept(')'))
        {
            SkipSpace();
            int digits = 0;
            while (digits < _rest.Length && char.IsAsciiDigit(_rest[digits]))
            {
                digits++;
            }

            if (!long.TryParse(_rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out long dimension)
                || dimensions.Count > ArrayHeader.RankMax)
            {
                throw Broken("has a shape that is not a tuple of whole numbers");
            }

            dimensions.Add(dimension);
            _rest = _rest[digits..];
            if (!Accept(','))
            {
                Expect(')');
                break;
            }
        }

        return dimensions.ToImmutable();
    }

    private bool ParseBoolean()
    {
        SkipSpace();
        if (_rest.StartsWith("True", StringComparison.Ordinal))
        {
            _rest = _rest["True".Length..];
            return true;
        }

        if (_rest.StartsWith("False", StringComparison.Ordinal))
        {
            _rest = _rest["False".Length..];
            return false;
        }

        throw Broken("has a 'fortran_order' that is neither True nor False");
    }

    /// <summary>A quoted text without escapes: NumPy writes none here.</summary>
    private string ParseText()
    {
        SkipSpace();
        if (_rest.IsEmpty || _rest[0] is not ('\'' or '"'))
        {
            throw Broken("has something else where a quoted text belongs; arrays of records cannot be used");
        }

        int length = _rest[1..].IndexOf(_rest[0]);
        if (length < 0)
        {
            throw Broken("has a text without a closing quote");
        }

        string text = _rest.Slice(1, length).ToString();
        _rest = _rest[(length + 2)..];
        return text;
    }

    private void Expect(char sign)
    {
        if (!Accept(sign))
        {
            throw Broken($"lacks a '{sign}'");
        }
    }

    private bool Accept(char sign)
    {
        SkipSpace();
        if (_rest.IsEmpty || _rest[0] != sign)
        {
            return false;
        }

        _rest = _rest[1..];
        return true;
    }

    private void SkipSpace() => _rest = _rest.TrimStart();

    private readonly DataException Broken(string what) =>
        new($"{_fileName} is not a usable NPY file: its header {what}; write it with numpy.save");
}
