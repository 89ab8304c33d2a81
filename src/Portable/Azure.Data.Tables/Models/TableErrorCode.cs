namespace Azure.Data.Tables.Models;

/// <summary>The error codes of the service, to be compared with <see cref="RequestFailedException.ErrorCode"/>.</summary>
public readonly struct TableErrorCode : IEquatable<TableErrorCode>
{
    private readonly string value;

    /// <summary>A code that has no member here.</summary>
    /// <param name="value">The code, as the service writes it.</param>
    public TableErrorCode(string value) => this.value = value ?? throw new ArgumentNullException(nameof(value));

    /// <summary>403: the identity has no role that allows it.</summary>
    public static TableErrorCode AuthorizationPermissionMismatch => new(nameof(AuthorizationPermissionMismatch));

    /// <summary>403: the signature is not for this kind of resource.</summary>
    public static TableErrorCode AuthorizationResourceTypeMismatch => new(nameof(AuthorizationResourceTypeMismatch));

    /// <summary>400: a transaction over more than one partition.</summary>
    public static TableErrorCode CommandsInBatchActOnDifferentPartitions => new(nameof(CommandsInBatchActOnDifferentPartitions));

    /// <summary>400: a property stands twice.</summary>
    public static TableErrorCode DuplicatePropertiesSpecified => new(nameof(DuplicatePropertiesSpecified));

    /// <summary>409: a row with this key exists.</summary>
    public static TableErrorCode EntityAlreadyExists => new(nameof(EntityAlreadyExists));

    /// <summary>404: there is no such row. The storage service says <see cref="ResourceNotFound"/> instead.</summary>
    public static TableErrorCode EntityNotFound => new(nameof(EntityNotFound));

    /// <summary>400: the row is over 1 MiB.</summary>
    public static TableErrorCode EntityTooLarge => new(nameof(EntityTooLarge));

    /// <summary>403.</summary>
    public static TableErrorCode Forbidden => new(nameof(Forbidden));

    /// <summary>400: a transaction names a row twice.</summary>
    public static TableErrorCode InvalidDuplicateRow => new(nameof(InvalidDuplicateRow));

    /// <summary>400: the request makes no sense to the service.</summary>
    public static TableErrorCode InvalidInput => new(nameof(InvalidInput));

    /// <summary>400: a value is not of its type.</summary>
    public static TableErrorCode InvalidValueType => new(nameof(InvalidValueType));

    /// <summary>400: a key is over 512 characters.</summary>
    public static TableErrorCode KeyValueTooLarge => new(nameof(KeyValueTooLarge));

    /// <summary>500: the service did not end in time; whether it took effect is not known.</summary>
    public static TableErrorCode OperationTimedOut => new(nameof(OperationTimedOut));

    /// <summary>400: a value is out of its range, or a name has a character that it may not have.</summary>
    public static TableErrorCode OutOfRangeInput => new(nameof(OutOfRangeInput));

    /// <summary>400: a key is missing.</summary>
    public static TableErrorCode PropertiesNeedValue => new(nameof(PropertiesNeedValue));

    /// <summary>400: a property has a name that it may not have.</summary>
    public static TableErrorCode PropertyNameInvalid => new(nameof(PropertyNameInvalid));

    /// <summary>400: a text or bytes over 64 KiB.</summary>
    public static TableErrorCode PropertyValueTooLarge => new(nameof(PropertyValueTooLarge));

    /// <summary>404: there is no such row or table.</summary>
    public static TableErrorCode ResourceNotFound => new(nameof(ResourceNotFound));

    /// <summary>409: a table with this name exists.</summary>
    public static TableErrorCode TableAlreadyExists => new(nameof(TableAlreadyExists));

    /// <summary>409: a table with this name is still being deleted; that takes up to a minute.</summary>
    public static TableErrorCode TableBeingDeleted => new(nameof(TableBeingDeleted));

    /// <summary>404: there is no such table.</summary>
    public static TableErrorCode TableNotFound => new(nameof(TableNotFound));

    /// <summary>400: over 252 properties.</summary>
    public static TableErrorCode TooManyProperties => new(nameof(TooManyProperties));

    /// <summary>412: the row is no longer of the version that was given.</summary>
    public static TableErrorCode UpdateConditionNotSatisfied => new(nameof(UpdateConditionNotSatisfied));

    /// <summary>A code by its text.</summary>
    /// <param name="value">The code, as the service writes it.</param>
    public static implicit operator TableErrorCode(string value) => new(value);

    /// <summary>Whether two codes are the same, whatever their case.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator ==(TableErrorCode left, TableErrorCode right) => left.Equals(right);

    /// <summary>Whether two codes differ.</summary>
    /// <param name="left">One.</param>
    /// <param name="right">The other.</param>
    public static bool operator !=(TableErrorCode left, TableErrorCode right) => !left.Equals(right);

    /// <summary>Whether a code has this text, whatever its case.</summary>
    /// <param name="code">The code.</param>
    /// <param name="value">The text.</param>
    public static bool operator ==(TableErrorCode code, string? value) => string.Equals(code.value, value, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether a code has another text.</summary>
    /// <param name="code">The code.</param>
    /// <param name="value">The text.</param>
    public static bool operator !=(TableErrorCode code, string? value) => !(code == value);

    /// <summary>Whether a code has this text, whatever its case.</summary>
    /// <param name="value">The text.</param>
    /// <param name="code">The code.</param>
    public static bool operator ==(string? value, TableErrorCode code) => code == value;

    /// <summary>Whether a code has another text.</summary>
    /// <param name="value">The text.</param>
    /// <param name="code">The code.</param>
    public static bool operator !=(string? value, TableErrorCode code) => !(code == value);

    /// <inheritdoc/>
    public bool Equals(TableErrorCode other) => string.Equals(value, other.value, StringComparison.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is TableErrorCode other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => value is null ? 0 : StringComparer.OrdinalIgnoreCase.GetHashCode(value);

    /// <inheritdoc/>
    public override string ToString() => value;
}
