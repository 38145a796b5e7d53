"""The API of a study: what every view of it shares, and the study, its patients and follow-up.

A view names its capability, its scope and its query parameters; permission, filters, documentation
and errors follow from that here. Another study than the token's is not there (404).
"""

from typing import Any, cast

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponsePermanentRedirect
from django.http.response import HttpResponseBase
from django.urls import resolve
from django.utils.http import escape_leading_slashes
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.openapi import AutoSchema
from rest_framework import generics, serializers
from rest_framework.exceptions import NotFound, PermissionDenied, ValidationError
from rest_framework.permissions import AllowAny, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.models import ApiToken, User
from studies.models import Study
from studies.permissions import Capability
from studies.selectors.access import capabilities_in
from studies.selectors.tokens import studies_reached_by

PER_PAGE_AT_MOST = 1000
LARGEST_NUMBER = 2**31 - 1


class Problem(serializers.Serializer[Any]):
    """What went wrong and what to do, in a sentence."""

    detail = serializers.CharField()


PROBLEMS = dict.fromkeys((400, 401, 403, 404), Problem)


def bad_request(sentence: str) -> ValidationError:
    """400 with one sentence."""
    return ValidationError({"detail": sentence})


class Query(serializers.Serializer[Any]):
    """The query parameters of a view. Others, and repeated ones, are refused: a misspelt filter
    must not return everybody. `gone`: names that there were once, and what to write instead."""

    gone: dict[str, Any] = {}

    @classmethod
    def read(cls, request: Request) -> dict[str, Any]:
        """The parameters of a request by name, checked; those not given are absent."""
        form = cls(data=request.query_params.dict())
        known = sorted(form.fields)
        for name, values in request.query_params.lists():
            if name in cls.gone:
                raise bad_request(str(cls.gone[name]))
            if name not in form.fields:
                raise bad_request(
                    _("There is no parameter “%(name)s” here; known are: %(known)s.")
                    % {"name": name, "known": ", ".join(known) or _("none")}
                )
            if len(values) > 1:
                raise bad_request(_("Give the parameter “%(name)s” once.") % {"name": name})
        if not form.is_valid():
            name, errors = next(iter(form.errors.items()))
            raise bad_request(f"{name}: {errors[0]}")
        return form.validated_data


class PageQuery(Query):
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=PER_PAGE_AT_MOST, help_text="Rows per page; 100."
    )
    cursor = serializers.CharField(
        required=False, help_text="Where to go on: follow the links `next` and `previous`."
    )


class Choice(serializers.ChoiceField):
    """A choice whose refusal names what is allowed."""

    default_error_messages = {
        "invalid_choice": gettext_lazy("“{input}” is not known; use one of: {allowed}.")
    }

    def to_internal_value(self, data: Any) -> Any:
        if data not in self.choices:
            allowed = ", ".join(str(choice) for choice in self.choices)
            self.fail("invalid_choice", input=data, allowed=allowed)
        return data


def text_filter(what: str) -> serializers.CharField:
    """An exact match on a short text."""
    return serializers.CharField(required=False, max_length=120, help_text=what)


class ReachesStudy(BasePermission):
    """A bearer token that reaches the study of the address, by a user whose role suffices."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        assert isinstance(view, StudyView)  # noqa: S101 - the only views that name this permission
        token = request.auth
        if not isinstance(token, ApiToken):
            return False
        if any("\x00" in str(part) for part in view.kwargs.values()):
            raise NotFound
        view.token, view.user = token, token.user
        view.study = self._study(token, view.kwargs["code"])
        self._require(token, view)
        return True

    def _study(self, token: ApiToken, code: str) -> Study:
        study = studies_reached_by(token).filter(code=code).first()
        if study is None:
            raise NotFound(_("This token reaches no study of that code."))
        return study

    def _require(self, token: ApiToken, view: "StudyView") -> None:
        if view.scope == ApiToken.Scope.EXPORT and token.scope != ApiToken.Scope.EXPORT:
            raise PermissionDenied(
                _("This token may only read. Ask a manager for one with the scope “export”.")
            )
        if view.capability not in capabilities_in(token.user, view.study):
            raise PermissionDenied(
                _("The role of this token's user does not allow this. Ask a manager of the study.")
            )


class StudySchema(AutoSchema):
    """Documents the query parameters that a view checks, and the errors that all views share."""

    def get_override_parameters(self) -> list[Any]:
        query = getattr(self.view, "query", None)
        return [query] if query is not None and query().fields else []

    def get_response_serializers(self) -> Any:
        found = super().get_response_serializers()
        responses = dict(found) if isinstance(found, dict) else {200: found}
        return responses | PROBLEMS


class StudyView(generics.GenericAPIView[Any]):
    """A view under /studies/{code}/. Permission has been checked when token, user and study are there."""

    permission_classes = [ReachesStudy]
    http_method_names = ["get", "head", "options"]
    schema = StudySchema()
    capability = Capability.VIEW_STUDY
    scope = ApiToken.Scope.READ
    query: type[Query] = Query
    token: ApiToken
    user: User
    study: Study
    asked: dict[str, Any]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.asked = self.query.read(request)

    def filter_rows(self, rows: QuerySet[Any], **lookups: str) -> QuerySet[Any]:
        """Rows that match the asked parameters; `lookups` says on which field each one works."""
        given = {field: self.asked[name] for name, field in lookups.items() if self.asked.get(name)}
        return rows.filter(**given)


class StudyList(generics.ListAPIView[Any], StudyView):
    """A list in pages, each made by a constant number of queries. `ordering` is one field that is unique among
    its rows and does not change (see accounts.api.Pages); without a better one, the order of entry."""

    query: type[Query] = PageQuery
    ordering = "id"


class StudyOne(generics.RetrieveAPIView[Any], StudyView):
    """One row of a study, found by what the address names: part of it -> field."""

    found_by: dict[str, str] = {}

    def get_object(self) -> Any:
        wanted = {field: self.kwargs[part] for part, field in self.found_by.items()}
        found = self.get_queryset().filter(**wanted).first()
        if found is None:
            raise NotFound(
                _("This token reaches no such row of the study %(code)s.")
                % {"code": self.study.code}
            )
        return found


class StudySerializer(serializers.ModelSerializer[Study]):
    sites: serializers.Field = serializers.SlugRelatedField(
        slug_field="code", many=True, read_only=True
    )
    cohorts: serializers.Field = serializers.SlugRelatedField(
        slug_field="code", many=True, read_only=True
    )
    yogo_version = serializers.SerializerMethodField(help_text="The version of Yogo that answers.")

    class Meta:
        model = Study
        fields = [
            "code",
            "title",
            "is_simulated",
            "time_zone",
            "created_at",
            "sites",
            "cohorts",
            "yogo_version",
        ]

    def get_yogo_version(self, study: Study) -> str:
        version: str = settings.VERSION
        return version


class TokenKnown(BasePermission):
    """Any live token."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        return isinstance(request.auth, ApiToken)


class Studies(generics.ListAPIView[Study]):
    """The study that the token reaches, as a list of one."""

    permission_classes = [TokenKnown]
    http_method_names = ["get", "head", "options"]
    schema = StudySchema()
    query = PageQuery
    ordering = "code"
    serializer_class = StudySerializer
    queryset = Study.objects.none()

    def get_queryset(self) -> QuerySet[Study]:
        self.query.read(self.request)
        return studies_reached_by(cast(ApiToken, self.request.auth)).prefetch_related(
            "sites", "cohorts"
        )


class StudyDetail(StudyOne):
    """One study, its sites and cohorts."""

    serializer_class = StudySerializer
    queryset = Study.objects.none()

    def get_object(self) -> Study:
        return self.study


class NoSuchAddress(APIView):
    """Any other address under /api/: a script is answered in JSON there too. One that lacks only the slash at
    its end is shown the way, as on the pages."""

    permission_classes = [AllowAny]
    authentication_classes: list[Any] = []
    schema = None

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        path = request.path_info
        if request.method in ("GET", "HEAD") and not path.endswith("/"):
            found = resolve(f"{path}/")
            if getattr(found.func, "view_class", None) is not NoSuchAddress:
                # Escaped twice over would be another address; one that begins with // another host.
                return HttpResponsePermanentRedirect(
                    escape_leading_slashes(request.get_full_path(force_append_slash=True))
                )
        return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        raise NotFound(_("There is no such address; /api/docs/ lists those that there are."))
