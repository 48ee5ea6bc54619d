"""The register's table of institutions through Django REST framework: a list by province in order of names, by cursor as
it is recommended for large tables, and one record. `DATABASE` is the port of PostgreSQL."""

import os

import django
from django.conf import settings

settings.configure(
    ALLOWED_HOSTS=["127.0.0.1"],
    ROOT_URLCONF="register",
    INSTALLED_APPS=["rest_framework"],
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": "127.0.0.1",
            "PORT": os.environ["DATABASE"],
            "USER": "aumsos",
            "NAME": "aumsos",
            "OPTIONS": {"pool": {"min_size": 4, "max_size": 8}},
        }
    },
    REST_FRAMEWORK={
        "UNAUTHENTICATED_USER": None,
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    },
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.db import models  # noqa: E402
from rest_framework import pagination, routers, serializers, viewsets  # noqa: E402


class Institution(models.Model):
    id = models.UUIDField(primary_key=True)
    version = models.BigIntegerField()
    status = models.CharField()
    code = models.CharField()
    name = models.CharField()
    name_key = models.CharField()
    kind = models.CharField()
    operator = models.CharField()
    province = models.CharField()
    regency = models.CharField()
    grade = models.CharField()
    capacity = models.BigIntegerField()
    document = models.TextField()

    class Meta:
        managed = False
        app_label = "register"
        db_table = "institution"


class InstitutionSerializer(serializers.ModelSerializer):
    class Meta:
        model = Institution
        exclude = ["name_key"]


class ByName(pagination.CursorPagination):
    page_size = 50
    ordering = ["name_key", "id"]


class Institutions(viewsets.ReadOnlyModelViewSet):
    serializer_class = InstitutionSerializer
    pagination_class = ByName

    def get_queryset(self):
        shown = Institution.objects.filter(status="active")
        province = self.request.query_params.get("province")
        return shown.filter(province=province) if province else shown


router = routers.SimpleRouter()
router.register("institutions", Institutions, basename="institution")
urlpatterns = router.urls
application = get_wsgi_application()
