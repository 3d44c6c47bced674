/* SPDX-License-Identifier: Apache-2.0 */
package io.forebay.shell;

import org.apache.felix.service.command.Converter;
import org.osgi.service.component.annotations.Component;

/** Prints what the commands return. Thread-safe. */
@Component(service = Converter.class)
public final class ListingConverter implements Converter {

    @Override
    public Object convert(Class<?> desiredType, Object in) {
        boolean wanted = in instanceof Listing<?> && desiredType == String.class;
        return wanted ? ((Listing<?>) in).text() : null;
    }

    @Override
    public CharSequence format(Object target, int level, Converter escape) {
        return target instanceof Listing<?> listing ? listing.text() : null;
    }
}
